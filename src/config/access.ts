import type { SettingsReader } from './settings-reader.js'

/** How much of the server one key or account may have, and how long it is known what they did. */
export function readAccess(settings: SettingsReader) {
  return {
    rateLimit: settings.integer(
      'RECOLLECT_RATE_LIMIT',
      0,
      0,
      1_000_000,
      'Requests a second that a node takes from one key or account token, and as many at once; what is beyond gets 429. 0: no limit.',
    ),
    concurrentRequests: settings.integer(
      'RECOLLECT_MAX_CONCURRENT_REQUESTS',
      0,
      0,
      100_000,
      'Requests of one account that a node works on at the same time; what is beyond gets 429. 0: no limit.',
    ),
    waitingWrites: settings.integer(
      'RECOLLECT_MAX_WAITING_WRITES',
      5000,
      1,
      1_000_000,
      'Writes that may wait on a node; beyond it an account that has its share of them gets 503.',
    ),
    auditDays: settings.integer(
      'RECOLLECT_AUDIT_DAYS',
      400,
      0,
      36_500,
      'Days that entries of the audit are kept; 0 keeps them for ever.',
    ),
  }
}
