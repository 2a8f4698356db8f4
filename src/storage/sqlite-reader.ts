import SqliteDatabase from 'better-sqlite3'
import { createStatementCache } from './sqlite-connection.js'
import { createRunner } from './sqlite-executor.js'
import { toStorageError } from './sqlite-thread.js'
import type { RunQuery } from './statement.js'

/** Runs reads on this thread: a read by key takes less time than a message to another thread. */
export function createReader(db: SqliteDatabase.Database): RunQuery {
  const run = createRunner(createStatementCache(db))
  return (query) => {
    try {
      return run(query)
    } catch (error) {
      throw error instanceof SqliteDatabase.SqliteError ? toStorageError(error.code, error.message) : error
    }
  }
}

/**
 * Reads the last committed state. Reads of one turn of the event loop share a read transaction, which spares each of
 * them the locks; a commit of this process ends it, so that whoever was told of a write sees it.
 */
export class SqliteReader {
  readonly #db: SqliteDatabase.Database
  readonly #begin: SqliteDatabase.Statement
  readonly #commit: SqliteDatabase.Statement
  readonly #read: RunQuery
  #open = false

  constructor(db: SqliteDatabase.Database) {
    this.#db = db
    this.#begin = db.prepare('begin')
    this.#commit = db.prepare('commit')
    this.#read = createReader(db)
  }

  readonly run: RunQuery = (query) => {
    if (!this.#open) {
      this.#begin.run()
      this.#open = true
      setImmediate(() => this.refresh())
    }
    return this.#read(query)
  }

  /** Lets the next read see what was committed until then. */
  refresh(): void {
    if (!this.#open) return
    this.#open = false
    // An error of the medium may have ended it already.
    if (this.#db.inTransaction) this.#commit.run()
  }

  /** @throws SqliteError when the database does not answer */
  ping(): void {
    this.#db.pragma('schema_version')
  }

  close(): void {
    this.refresh()
    this.#db.close()
  }
}
