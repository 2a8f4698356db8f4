import { readAccess } from './config/access.js'
import { type AccountSetting, readAccounts } from './config/accounts.js'
import { readDataProtection } from './config/data-protection.js'
import { readEncoder } from './config/encoder.js'
import { readLimits } from './config/limits.js'
import { type Env, KIBI, MEBI, type SettingDescription, SettingsReader } from './config/settings-reader.js'
import { readStorage, readUploads } from './config/storage.js'
import { readTracing } from './config/tracing.js'
import { readTransport } from './config/transport.js'

export type { AccountSetting, Env, SettingDescription }

/** All problems of the environment at once, so that one restart mends them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(readonly problems: readonly string[]) {
    super(`The settings have ${problems.length} problem(s):\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
  }
}

function readConfig(settings: SettingsReader) {
  const storage = readStorage(settings)
  return {
    ...storage,
    uploads: readUploads(settings, storage),
    host: settings.text('HOST', '127.0.0.1', 'Address to listen on. `0.0.0.0` listens on all interfaces.'),
    port: settings.integer('PORT', 8080, 0, 65535, 'Port to listen on. `0` takes a free one and logs it.'),
    publicUrl: readPublicUrl(settings),
    ...readTransport(settings),
    logLevel: settings.choice(
      'LOG_LEVEL',
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
      'Least severe level that is logged (JSON lines on stderr).',
    ),
    accounts: readAccounts(settings),
    uploadUrlTtlSeconds: settings.integer(
      'UPLOAD_URL_TTL_SECONDS',
      1800,
      1,
      604_800,
      'Life of a signed upload URL, in seconds.',
    ),
    ...readDataProtection(settings),
    bodyLimitBytes: settings.integer(
      'RECOLLECT_BODY_LIMIT_BYTES',
      MEBI,
      KIBI,
      64 * MEBI,
      'Largest JSON body, in bytes (Bulk: RECOLLECT_BULK_BODY_LIMIT_BYTES).',
    ),
    bulkBodyLimitBytes: settings.integer(
      'RECOLLECT_BULK_BODY_LIMIT_BYTES',
      16 * MEBI,
      KIBI,
      256 * MEBI,
      'Largest body of a bulk upsert, in bytes.',
    ),
    jobConcurrency: settings.integer(
      'RECOLLECT_JOB_CONCURRENCY',
      4,
      1,
      64,
      'Background jobs (bulk upserts, imports) that run at the same time; one at a time for each store and kind.',
    ),
    encoder: readEncoder(settings),
    recallCacheBytes: settings.integer(
      'RECOLLECT_RECALL_CACHE_BYTES',
      256 * MEBI,
      0,
      64 * 1024 * MEBI,
      'Memory for recall indexes of profiles in use, in bytes.',
    ),
    ...readAccess(settings),
    limits: readLimits(settings),
    tracing: readTracing(settings),
  }
}

function readPublicUrl(settings: SettingsReader): string | undefined {
  const text = settings.optional('PUBLIC_URL', "Origin of absolute links. Absent: the request's Host decides.")
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') {
    return url.href.replace(/\/+$/, '')
  }
  settings.problems.push(`PUBLIC_URL is "${text}": give an http or https address like https://memory.example.com`)
  return undefined
}

export type Config = Readonly<ReturnType<typeof readConfig>>

/**
 * Reads all settings from the environment.
 *
 * @throws ConfigError with every problem found
 */
export function loadConfig(env: Env): Config {
  const settings = new SettingsReader(env)
  const config = readConfig(settings)
  if (settings.problems.length > 0) throw new ConfigError(settings.problems)
  return config
}

/** The settings table, for the docs and for `recollect serve --help`. */
export function describeSettings(): SettingDescription[] {
  const settings = new SettingsReader({})
  readConfig(settings)
  return settings.descriptions
}

/** Where a command that speaks to a running server finds it, and with which credentials. */
export interface ClientConfig {
  readonly url: string
  readonly username: string | undefined
  readonly password: string | undefined
}

/** Reads the client's settings: RECOLLECT_URL, RECOLLECT_USERNAME and RECOLLECT_PASSWORD. */
export function loadClientConfig(env: Env): ClientConfig {
  return {
    url: env.RECOLLECT_URL || 'http://127.0.0.1:8080',
    username: env.RECOLLECT_USERNAME,
    password: env.RECOLLECT_PASSWORD,
  }
}
