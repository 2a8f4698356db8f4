import type { Config } from '../config.js'
import type { Logger } from '../log.js'
import type { Database } from './database.js'
import { openPostgres } from './postgres.js'
import { openSqlite, type SqliteOptions } from './sqlite.js'

/**
 * Opens the database of the settings: PostgreSQL when there is an address, else SQLite in the data folder.
 *
 * @throws StorageUnavailableError when the data folder cannot be used
 */
export function openDatabase(config: Config, { log, ...options }: SqliteOptions & { readonly log: Logger }): Database {
  if (config.databaseUrl === undefined) {
    const onFailedSync = (error: Error) => log.fatal({ err: error }, 'the database cannot be synced; the process ends')
    return openSqlite(config.dataDir, { onFailedSync, ...options })
  }
  return openPostgres(config.databaseUrl, {
    connections: config.databaseConnections,
    timeoutMs: config.databaseTimeoutMs,
    onConnectionError: (error) => log.warn({ err: error }, 'a connection to the database broke'),
  })
}
