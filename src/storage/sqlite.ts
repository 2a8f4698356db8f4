import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { StorageUnavailableError } from '../errors.js'
import type { Database } from './database.js'
import { SqliteCheckpointer } from './sqlite-checkpoint.js'
import { createStatementCache, openConnection, runStatement, type SqliteStatement } from './sqlite-connection.js'
import { writeStatistics } from './sqlite-statistics.js'
import { SqliteThread, toStorageError } from './sqlite-thread.js'
import { SqliteWriteQueue, type WriteTurn } from './sqlite-write-queue.js'
import { isStatementBatch } from './statement.js'
import type { Executor, Tables } from './tables.js'

const FILE_NAME = 'recollect.db'
const LOCK_NAME = 'recollect.lock'

export interface SqliteOptions {
  readonly now: () => number
  /**
   * Take the lock of the one serving process. Commands that write a row beside a running server leave it.
   *
   * @throws StorageUnavailableError from openSqlite when another process holds it
   */
  readonly exclusive: boolean
  /** Told before the process ends itself, because the database could not be synced. */
  readonly onFailedSync?: (error: Error) => void
}

/**
 * Opens (and makes, if needed) the database of a data folder: reads on a connection of this thread, writes on one in a
 * worker thread, checkpoints in another.
 *
 * @throws StorageUnavailableError when the folder cannot be written or another process serves it
 */
export function openSqlite(dataDir: string, options: SqliteOptions): Database {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    // Says EROFS or EACCES, where SQLite only knows that it could not open the file.
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    const lock = options.exclusive ? takeLock(join(dataDir, LOCK_NAME)) : undefined
    return createDatabase(databaseFile(dataDir), lock, options)
  } catch (error) {
    if (error instanceof StorageUnavailableError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StorageUnavailableError(`the data folder ${dataDir} cannot be used: ${reason}`)
  }
}

/** The database file of a data folder. */
export function databaseFile(dataDir: string): string {
  return join(dataDir, FILE_NAME)
}

/** Whether a data folder has a database; opening it would make one. */
export function hasDatabase(dataDir: string): boolean {
  return statSync(databaseFile(dataDir), { throwIfNoEntry: false }) !== undefined
}

/** Opens (and makes, if needed) a database file that is nobody else's, such as a backup that is being written. */
export function openSqliteFile(file: string, options: Pick<SqliteOptions, 'now'>): Database {
  return createDatabase(file, undefined, options)
}

/** Reads of a connection that another owner closes. */
export function readThrough(connection: SqliteDatabase.Database): Executor {
  return new Kysely<Tables>({ dialect: createDialect(() => new ReadDriver(connection)) })
}

/** Lets `work` read one state of the database, whatever is written meanwhile. */
async function readSnapshot<T>(file: string, work: (read: Executor) => Promise<T>): Promise<T> {
  const connection = openConnection(file, { readonly: true })
  try {
    connection.exec('begin')
    return await work(readThrough(connection))
  } finally {
    connection.close()
  }
}

/** A lock the operating system releases when the process ends, however it ends. */
function takeLock(file: string): SqliteDatabase.Database {
  const lock = new SqliteDatabase(file, { timeout: 0 })
  try {
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    if (!(error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY'))) throw error
    throw new StorageUnavailableError(`another process serves this data folder (it holds ${file})`)
  }
}

function createDatabase(
  file: string,
  lock: SqliteDatabase.Database | undefined,
  options: Omit<SqliteOptions, 'exclusive'>,
): Database {
  prepareFile(file, lock !== undefined)
  const reader = openConnection(file, { readonly: true })
  const writer = new SqliteThread(file)
  const copier = new SqliteThread(file)
  const checkpointer = new SqliteCheckpointer(copier, file, (error) => endAtOnce(error, options))
  const queue: SqliteWriteQueue = new SqliteWriteQueue(writer, options.now, () => {
    checkpointer.afterCommit(queue)
  })
  const read = new Kysely<Tables>({ dialect: createDialect(() => new ReadDriver(reader)) })
  const foreground = new Kysely<Tables>({ dialect: createDialect(() => new WriteDriver(queue, 'foreground')) })
  const background = new Kysely<Tables>({ dialect: createDialect(() => new WriteDriver(queue, 'background')) })
  return {
    read,
    migrationDialect: { tableSuffix: 'without rowid', finish: writeStatistics },
    exclusive: lock !== undefined,
    // One writes at a time.
    retries: new Map(),
    transaction: (work, { background: isBackground = false } = {}) =>
      (isBackground ? background : foreground).transaction().execute(work),
    snapshot: (work) => readSnapshot(file, work),
    ping: async () => {
      reader.pragma('schema_version')
    },
    size: async () =>
      [file, `${file}-wal`].reduce((sum, name) => sum + (statSync(name, { throwIfNoEntry: false })?.size ?? 0), 0),
    close: async () => {
      reader.close()
      await copier.close()
      await writer.close()
      lock?.close()
    },
  }
}

/**
 * Makes the database, so that the reading connection finds one. Who serves it also brings what a process before left in
 * the log into the database: that log may never have been synced, and what is acknowledged next would stand behind it.
 *
 * @throws SqliteError when the disk fails; a full one is let pass, for what is there can be read
 */
function prepareFile(file: string, serves: boolean): void {
  const connection = openConnection(file, { readonly: false })
  try {
    if (serves) connection.pragma('wal_checkpoint(truncate)')
  } catch (error) {
    if (!(error instanceof SqliteDatabase.SqliteError && error.code === 'SQLITE_FULL')) throw error
  } finally {
    connection.close()
  }
}

/** Ends the process without closing the database, which would take the log for copied and remove it. */
function endAtOnce(error: Error, { onFailedSync }: Pick<SqliteOptions, 'onFailedSync'>): void {
  onFailedSync?.(error)
  process.kill(process.pid, 'SIGKILL')
}

function createDialect(createDriver: () => Driver): Dialect {
  return {
    createDriver,
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

/** Leaves out the locks of rows: a transaction that writes is alone. */
export class SqliteCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: Parameters<SqliteQueryCompiler['visitSelectModifier']>[0]): void {
    if (node.modifier === 'Distinct' || node.rawModifier !== undefined) super.visitSelectModifier(node)
  }
}

/** Runs reads on this thread: a read by key takes less time than a message to another thread. */
class ReadDriver implements Driver {
  readonly #connection: DatabaseConnection

  constructor(db: SqliteDatabase.Database) {
    const prepareStatement = createStatementCache(db)
    this.#connection = {
      executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
        const run = (one: CompiledQuery) => runStatement(prepareStatement, toStatement(one)).rows
        try {
          return { rows: (isStatementBatch(query) ? query.statements.map(run) : run(query)) as R[] }
        } catch (error) {
          throw error instanceof SqliteDatabase.SqliteError ? toStorageError(error.code, error.message) : error
        }
      },
      streamQuery: unsupportedStream,
    }
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }
  async beginTransaction(): Promise<void> {
    throw new Error('this connection only reads')
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

function toStatement({ sql, parameters }: CompiledQuery): SqliteStatement {
  return { sql, parameters }
}

class WriteConnection implements DatabaseConnection {
  constructor(readonly turn: WriteTurn) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!isStatementBatch(query)) {
      const [result] = await this.turn.run([toStatement(query)])
      return { rows: (result?.rows ?? []) as R[], numAffectedRows: BigInt(result?.changes ?? 0) }
    }
    const statements = query.statements.map(toStatement)
    if (query.rowsOf === 'none') {
      this.turn.defer(statements)
      return { rows: [] }
    }
    const results = await this.turn.run(statements, statements.length)
    return { rows: results.map(({ rows }) => rows) as R[] }
  }

  streamQuery = unsupportedStream
}

/** Hands out turns of the write queue. Used for transactions only. */
class WriteDriver implements Driver {
  readonly #queue: SqliteWriteQueue
  readonly #lane: 'foreground' | 'background'

  constructor(queue: SqliteWriteQueue, lane: 'foreground' | 'background') {
    this.#queue = queue
    this.#lane = lane
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return new WriteConnection(await this.#queue.acquire(this.#lane))
  }
  async beginTransaction(): Promise<void> {}
  async commitTransaction(connection: WriteConnection): Promise<void> {
    await connection.turn.commit()
  }
  async rollbackTransaction(connection: WriteConnection): Promise<void> {
    await connection.turn.rollback()
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

// biome-ignore lint/correctness/useYield: the interface asks for it, nothing streams rows out of SQLite.
async function* unsupportedStream(): AsyncIterableIterator<never> {
  throw new Error('rows are not streamed: read them in pages')
}
