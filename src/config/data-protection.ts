import type { SettingsReader } from './settings-reader.js'

/** How long what holds personal data is kept, and with which keys it is signed. */
export function readDataProtection(settings: SettingsReader) {
  return {
    retentionIntervalSeconds: settings.integer(
      'RECOLLECT_RETENTION_INTERVAL_SECONDS',
      3600,
      1,
      86_400,
      'How often memories are looked for that are older than their store keeps them, in seconds.',
    ),
    importReportDays: settings.integer(
      'RECOLLECT_IMPORT_REPORT_DAYS',
      30,
      0,
      36_500,
      'Days after which the error report of an import is erased.',
    ),
    uploadKeySeconds: settings.integer(
      'RECOLLECT_UPLOAD_KEY_SECONDS',
      86_400,
      1,
      31_536_000,
      'Age at which the key that signs upload URLs is replaced, in seconds. The old one holds until its URLs have expired.',
    ),
  }
}
