import type { Config } from '../config.js'
import type { Logger } from '../log.js'
import type { Database } from './database.js'
import { openSqlite, type SqliteOptions } from './sqlite.js'

/**
 * Opens the database of the settings: PostgreSQL when there is an address, else SQLite in the data folder.
 *
 * @throws StorageUnavailableError when the data folder cannot be used
 */
export async function openDatabase(
  config: Config,
  { log, ...options }: SqliteOptions & { readonly log: Logger },
): Promise<Database> {
  if (config.databaseUrl === undefined) {
    const onFailedSync = (error: Error) => log.fatal({ err: error }, 'the database cannot be synced; the process ends')
    return openSqlite(config.dataDir, { onFailedSync, ...options })
  }
  // Loading its driver takes 45 ms.
  const { openPostgres } = await import('./postgres.js')
  return openPostgres(config.databaseUrl, {
    connections: config.databaseConnections,
    timeoutMs: config.databaseTimeoutMs,
    onConnectionError: (error) => log.warn({ err: error }, 'a connection to the database broke'),
  })
}
