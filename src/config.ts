import { join, resolve } from 'node:path'

const KIBI = 1024
const MEBI = 1024 * KIBI

export type Env = Readonly<Record<string, string | undefined>>

export interface AccountSetting {
  readonly sid: string
  readonly token: string
}

/** One row of the settings table in docs/operating.md. */
export interface SettingDescription {
  readonly name: string
  readonly fallback: string
  readonly description: string
}

/** All problems of the environment at once, so that one restart mends them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(readonly problems: readonly string[]) {
    super(`The settings have ${problems.length} problem(s):\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
  }
}

class SettingsReader {
  readonly problems: string[] = []
  readonly descriptions: SettingDescription[] = []

  constructor(private readonly env: Env) {}

  text(name: string, fallback: string, description: string): string {
    this.descriptions.push({ name, fallback, description })
    return this.env[name]?.trim() || fallback
  }

  optional(name: string, description: string): string | undefined {
    return this.text(name, '', description) || undefined
  }

  integer(name: string, fallback: number, min: number, max: number, description: string): number {
    const text = this.text(name, String(fallback), description)
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    this.problems.push(`${name} is "${text}": give a whole number from ${min} to ${max}`)
    return fallback
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T, description: string): T {
    const text = this.text(name, fallback, description)
    const found = choices.find((choice) => choice === text)
    if (found !== undefined) return found
    this.problems.push(`${name} is "${text}": give one of ${choices.join(', ')}`)
    return fallback
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
    requestTimeoutSeconds: settings.integer(
      'RECOLLECT_REQUEST_TIMEOUT_SECONDS',
      120,
      1,
      3600,
      'A request that has not arrived whole by then is cut off.',
    ),
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
    limits: readLimits(settings),
  }
}

function readStorage(settings: SettingsReader) {
  return {
    dataDir: resolve(
      settings.text('RECOLLECT_DATA_DIR', './data', 'Folder of the SQLite database and of uploaded files.'),
    ),
    databaseUrl: readDatabaseUrl(settings),
    databaseConnections: settings.integer(
      'RECOLLECT_DATABASE_CONNECTIONS',
      10,
      1,
      1000,
      'Connections to PostgreSQL for reads, and as many again for writes.',
    ),
    databaseTimeoutMs: settings.integer(
      'RECOLLECT_DATABASE_TIMEOUT_MS',
      10_000,
      100,
      600_000,
      'How long PostgreSQL may take for a connection or a statement, in milliseconds; then the answer is 503.',
    ),
  }
}

function readUploads(
  settings: SettingsReader,
  { dataDir, databaseUrl }: Pick<ReturnType<typeof readStorage>, 'dataDir' | 'databaseUrl'>,
) {
  const chosen = settings.choice(
    'RECOLLECT_UPLOAD_STORE',
    ['auto', 'folder', 'database'],
    'auto',
    'Where uploaded files wait for their import: a folder, which several nodes must share, or the database. `auto`: the database with PostgreSQL, the folder with SQLite.',
  )
  const folder = settings.text(
    'RECOLLECT_UPLOAD_FOLDER',
    '',
    'Folder of uploaded files. Absent: `uploads` in the data folder.',
  )
  const natural = databaseUrl === undefined ? 'folder' : 'database'
  return { store: chosen === 'auto' ? natural : chosen, folder: resolve(folder || join(dataDir, 'uploads')) }
}

const MIN_ENCODER_TIMEOUT_MS = 100

function readEncoder(settings: SettingsReader) {
  const kind = settings.choice(
    'RECOLLECT_ENCODER',
    ['builtin', 'openai', 'none'],
    'builtin',
    'What makes vectors of texts: the built-in English encoder, an endpoint like OpenAI’s, or nothing (lexical recall).',
  )
  const url = settings.optional('RECOLLECT_ENCODER_URL', 'Base URL of the endpoint; `/v1/embeddings` is added.')
  const model = settings.optional('RECOLLECT_ENCODER_MODEL', 'Model of the endpoint.')
  const apiKey = settings.optional('RECOLLECT_ENCODER_KEY', 'API key of the endpoint, if it wants one.')
  const timeoutMs = settings.integer(
    'RECOLLECT_ENCODER_TIMEOUT_MS',
    10_000,
    MIN_ENCODER_TIMEOUT_MS,
    600_000,
    'Time-out of a request to the endpoint, in milliseconds.',
  )
  if (kind === 'openai' && (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url))) {
    settings.problems.push('RECOLLECT_ENCODER is openai: give RECOLLECT_ENCODER_URL, an http or https address')
  }
  if (kind === 'openai' && model === undefined) {
    settings.problems.push('RECOLLECT_ENCODER is openai: give RECOLLECT_ENCODER_MODEL')
  }
  return { kind, url: url ?? '', model: model ?? '', apiKey, timeoutMs }
}

function readLimits(settings: SettingsReader) {
  return {
    storesPerAccount: settings.integer('RECOLLECT_MAX_STORES', 15, 1, 100_000, 'Stores an account may have.'),
    traitGroupsPerStore: settings.integer('RECOLLECT_MAX_TRAIT_GROUPS', 50, 1, 10_000, 'Trait groups of a store.'),
    traitsPerGroup: settings.integer('RECOLLECT_MAX_TRAITS_PER_GROUP', 95, 1, 95, 'Traits of a trait group.'),
    identifierTypes: settings.integer('RECOLLECT_MAX_IDENTIFIER_TYPES', 15, 4, 15, 'Identifier types of a store.'),
    joinedProfiles: settings.integer(
      'RECOLLECT_MAX_JOINED_PROFILES',
      10,
      2,
      1_000_000,
      'Profiles that one identifier value may make one of; beyond it the value is a hub and merges no more.',
    ),
    importRows: settings.integer('RECOLLECT_IMPORT_MAX_ROWS', 1_000_000, 1, 100_000_000, 'Rows of one import.'),
    importFailedRows: settings.integer(
      'RECOLLECT_IMPORT_MAX_FAILED_ROWS',
      100,
      0,
      100_000_000,
      'Failed rows up to which an import still ends COMPLETED.',
    ),
  }
}

function readDatabaseUrl(settings: SettingsReader): string | undefined {
  const url = settings.optional(
    'DATABASE_URL',
    'Where to store: `postgres://user:password@host:port/database`. Absent: SQLite in the data folder.',
  )
  if (url === undefined) return undefined
  const scheme = url.split(':', 1)[0] ?? ''
  if (/^postgres(ql)?$/.test(scheme) && URL.canParse(url)) return url
  // The rest of it may hold a password.
  settings.problems.push(`DATABASE_URL is a "${scheme}:" address: give postgres://user:password@host:port/database`)
  return undefined
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

function readAccounts(settings: SettingsReader): AccountSetting[] {
  const text = settings.optional(
    'RECOLLECT_ACCOUNTS',
    'Accounts made (or given a new token) at start: `AC…:token,AC…:token`.',
  )
  if (text === undefined) return []
  return text.split(',').flatMap((entry, index) => {
    const match = /^(AC[0-9a-fA-F]{32}):(\S{1,128})$/.exec(entry.trim())
    if (match?.[1] && match[2]) return [{ sid: match[1], token: match[2] }]
    settings.problems.push(
      `RECOLLECT_ACCOUNTS, entry ${index + 1}: give AC + 32 hexadecimal digits, a colon, and a token`,
    )
    return []
  })
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
