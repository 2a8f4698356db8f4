import { StorageUnavailableError } from '../errors.js'
import { databaseFile, openSqlite } from './sqlite.js'
import { openConnection } from './sqlite-connection.js'

/**
 * Writes the database of a data folder anew, so that nothing is left in unused space: SQLite overwrites what is deleted,
 * but not the copies that it leaves behind when it moves rows between pages.
 *
 * @throws StorageUnavailableError when the folder is served, or has not room for the database once more
 */
export async function vacuumSqlite(dataDir: string, now: () => number): Promise<void> {
  const held = openSqlite(dataDir, { now, exclusive: true })
  try {
    const connection = openConnection(databaseFile(dataDir), { readonly: false })
    try {
      connection.exec('vacuum')
      connection.pragma('wal_checkpoint(truncate)')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new StorageUnavailableError(`the database in ${dataDir} cannot be written anew: ${reason}`)
    } finally {
      connection.close()
    }
  } finally {
    await held.close()
  }
}
