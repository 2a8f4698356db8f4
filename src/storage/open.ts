import type { Config } from '../config.js'
import type { Logger } from '../log.js'
import type { Database } from './database.js'
import { openSqlite, type SqliteOptions } from './sqlite.js'

/** What an engine's thread that runs procedures begins with. */
export interface ProcedureThreads {
  /** All writes (sqlite-procedures.ts). */
  readonly sqlite: URL
  /** What is called in the background (postgres-serve.ts). */
  readonly postgres: URL
}

export interface OpenOptions extends Pick<SqliteOptions, 'now' | 'exclusive'> {
  readonly log: Logger
  /** Absent: procedures run on this thread. */
  readonly threads?: ProcedureThreads
}

/**
 * Opens the database of the settings: PostgreSQL when there is an address, else SQLite in the data folder.
 *
 * @throws StorageUnavailableError when the data folder cannot be used
 */
export async function openDatabase(config: Config, { log, threads, ...options }: OpenOptions): Promise<Database> {
  if (config.databaseUrl === undefined) {
    const onFailedSync = (error: Error) => log.fatal({ err: error }, 'the database cannot be synced; the process ends')
    return openSqlite(config.dataDir, {
      ...options,
      onFailedSync,
      ...(threads !== undefined && { writingThread: threads.sqlite }),
    })
  }
  // Loading its driver takes 45 ms.
  const { openPostgres } = await import('./postgres.js')
  return openPostgres(config.databaseUrl, {
    connections: config.databaseConnections,
    timeoutMs: config.databaseTimeoutMs,
    backgroundThread: threads?.postgres,
    onConnectionError: (error) => log.warn({ err: error }, 'a connection to the database broke'),
  })
}
