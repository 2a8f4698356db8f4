import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { StorageUnavailableError } from '../errors.js'
import { callWithin, type Database, pathOfOwner, type TransactionOptions } from './database.js'
import { SqliteCheckpointer } from './sqlite-checkpoint.js'
import { openConnection } from './sqlite-connection.js'
import { createExecutor } from './sqlite-executor.js'
import { createReader, SqliteReader } from './sqlite-reader.js'
import { writeStatistics } from './sqlite-statistics.js'
import { SqliteThread } from './sqlite-thread.js'
import { callProcedure, runTransaction, type Turn } from './sqlite-transaction.js'
import { SqliteWriteQueue } from './sqlite-write-queue.js'
import type { Executor } from './tables.js'

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
  /** What the thread of the writing connection runs, when it knows procedures (sqlite-procedures.ts). */
  readonly writingThread?: URL
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
  return createExecutor(createReader(connection))
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
  const reader = new SqliteReader(openConnection(file, { readonly: true }))
  const writer = new SqliteThread(file, options.writingThread && { entry: options.writingThread })
  writer.warmUp()
  const copier = new SqliteThread(file, { givesWay: true })
  const checkpointer = new SqliteCheckpointer(copier, file, (error) => endAtOnce(error, options))
  const queue: SqliteWriteQueue = new SqliteWriteQueue(writer, options.now, () => {
    reader.refresh()
    checkpointer.afterCommit(queue)
  })
  checkpointer.start(queue)
  const readCommitted = lock === undefined ? undefined : reader.run
  const turnOf = ({ background = false, patient = false, owner }: TransactionOptions): Turn => ({
    lane: background ? 'background' : 'foreground',
    owner: pathOfOwner(owner),
    patient,
  })
  const transaction: Database['transaction'] = (work, given = {}) =>
    runTransaction(queue, { ...turnOf(given), ...(given.background !== true && { readCommitted }) }, work)
  return {
    read: createExecutor(reader.run),
    migrationDialect: { tableSuffix: 'without rowid', finish: writeStatistics },
    exclusive: lock !== undefined,
    // The next gathers while the one before is being committed.
    batchesAtOnce: 2,
    // One writes at a time.
    retries: new Map(),
    transaction,
    call:
      options.writingThread === undefined
        ? callWithin(transaction)
        : ({ name }, input, given = {}) => callProcedure(queue, turnOf(given), name, input),
    snapshot: (work) => readSnapshot(file, work),
    ping: async () => {
      reader.ping()
    },
    commits: queue.commits,
    commitSizes: queue.commitSizes,
    waiting: () => queue.waiting(),
    size: async () => sizeOf(file) + sizeOf(`${file}-wal`),
    logSize: async () => sizeOf(`${file}-wal`),
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(dirname(file))
      return bavail * bsize
    },
    close: async () => {
      checkpointer.stop()
      reader.close()
      await copier.close()
      await writer.close()
      lock?.close()
    },
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
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
