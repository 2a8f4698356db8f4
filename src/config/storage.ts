import { join, resolve } from 'node:path'
import type { SettingsReader } from './settings-reader.js'

/** Where rows and uploaded files are kept. */
export function readStorage(settings: SettingsReader) {
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
      'Connections to PostgreSQL for reads, as many again for writes, and beside them one for each job that runs.',
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

/** Where uploaded files wait. */
export function readUploads(
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
