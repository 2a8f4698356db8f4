import SqliteDatabase from 'better-sqlite3'

const BUSY_TIMEOUT_MS = 5000
const LOG_BYTES_KEPT = 1024 * 1024
const CACHE_KIB = 16 * 1024
const MAX_CACHED_STATEMENTS = 500

export interface SqliteStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** A procedure to be run by the thread that writes, in the transaction that is open there. */
export interface ProcedureCall {
  readonly procedure: string
  /** Plain data, as much as a structured clone takes. */
  readonly input: unknown
}

/** Of a procedure, what it gave is the only row. */
export interface SqliteResult {
  rows: unknown[]
  changes: number
}

/**
 * Opens a connection with the settings that durability rests on: WAL, and a sync before each commit returns.
 * Checkpoints are not automatic: they run in a thread of their own (sqlite-checkpoint.ts).
 */
export function openConnection(file: string, { readonly }: { readonly: boolean }): SqliteDatabase.Database {
  const db = new SqliteDatabase(file, { readonly, timeout: BUSY_TIMEOUT_MS })
  if (!readonly) {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('wal_autocheckpoint = 0')
    // A log that was copied whole is cut back, so that its size says how much is still to be copied.
    db.pragma(`journal_size_limit = ${LOG_BYTES_KEPT}`)
    // Else each savepoint writes the pages it may have to restore into a temporary file.
    db.pragma('temp_store = MEMORY')
    // What is erased must not be found in free pages later.
    db.pragma('secure_delete = ON')
  }
  db.pragma(`cache_size = -${CACHE_KIB}`)
  return db
}

/** A statement as it is kept. */
export interface PreparedStatement {
  readonly statement: SqliteDatabase.Statement
  /** Makes a row of what the driver gives; absent when the statement gives none. */
  readonly toRow: ((found: unknown) => unknown) | undefined
}

/** Prepared statements by their text, the least recently added dropped first. */
export function createStatementCache(db: SqliteDatabase.Database): (sql: string) => PreparedStatement {
  const statements = new Map<string, PreparedStatement>()
  return (sql) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const prepared = prepareStatement(db, sql)
    if (statements.size >= MAX_CACHED_STATEMENTS) {
      const oldest = statements.keys().next()
      if (!oldest.done) statements.delete(oldest.value)
    }
    statements.set(sql, prepared)
    return prepared
  }
}

/** The driver's own objects are dictionaries, which take longer to make and to read: it gives arrays, or bare values. */
function prepareStatement(db: SqliteDatabase.Database, sql: string): PreparedStatement {
  const statement = db.prepare(sql)
  if (!statement.reader) return { statement, toRow: undefined }
  const columns = statement.columns().map(({ name }) => name)
  const [only = ''] = columns
  if (columns.length === 1) return { statement: statement.pluck(), toRow: (value) => ({ [only]: value }) }
  return { statement: statement.raw(), toRow: (values) => toObject(columns, values as unknown[]) }
}

function toObject(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (let index = 0; index < columns.length; index += 1) row[columns[index] as string] = values[index]
  return row
}

export function runStatement(
  prepare: (sql: string) => PreparedStatement,
  { sql, parameters }: SqliteStatement,
): SqliteResult {
  const { statement, toRow } = prepare(sql)
  if (toRow === undefined) return { rows: [], changes: statement.run(...parameters).changes }
  return { rows: statement.all(...parameters).map(toRow), changes: 0 }
}
