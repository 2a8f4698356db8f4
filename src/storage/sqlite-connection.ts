import SqliteDatabase from 'better-sqlite3'

const BUSY_TIMEOUT_MS = 5000
const LOG_BYTES_KEPT = 1024 * 1024
const CACHE_KIB = 16 * 1024
const MAX_CACHED_STATEMENTS = 500

export interface SqliteStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

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

/** Prepared statements by their text, the least recently added dropped first. */
export function createStatementCache(db: SqliteDatabase.Database): (sql: string) => SqliteDatabase.Statement {
  const statements = new Map<string, SqliteDatabase.Statement>()
  return (sql) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    if (statements.size >= MAX_CACHED_STATEMENTS) {
      const oldest = statements.keys().next()
      if (!oldest.done) statements.delete(oldest.value)
    }
    statements.set(sql, statement)
    return statement
  }
}

export function runStatement(
  prepare: (sql: string) => SqliteDatabase.Statement,
  { sql, parameters }: SqliteStatement,
): SqliteResult {
  const statement = prepare(sql)
  if (statement.reader) return { rows: statement.all(...parameters), changes: 0 }
  return { rows: [], changes: statement.run(...parameters).changes }
}
