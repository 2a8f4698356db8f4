import { chmod, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { StorageUnavailableError } from '../errors.js'
import { databaseFile, readThrough } from './sqlite.js'
import { openConnection } from './sqlite-connection.js'
import type { Executor } from './tables.js'

/** Pages that are copied before others get a turn. */
const PAGES_AT_ONCE = 2048
const SIDE_FILES = ['', '-wal', '-shm', '-journal']

/** The file that a backup is written to until it is whole. */
export function partialFile(file: string): string {
  return `${file}.partial`
}

/** Removes what an interrupted backup left. */
export async function removePartial(file: string): Promise<void> {
  await Promise.all(SIDE_FILES.map((suffix) => rm(`${partialFile(file)}${suffix}`, { force: true })))
}

/**
 * Copies the database of a data folder page by page while a server may write to it: SQLite's own backup, out of one
 * read transaction, so that it need not begin anew when the server writes.
 *
 * @param pinned runs when it is certain which state is copied, while nobody can write
 */
export async function copyDatabaseFile<T>(
  dataDir: string,
  to: string,
  pinned: (read: Executor) => Promise<T>,
  onPages: (total: number, remaining: number) => void,
): Promise<T> {
  const writer = openConnection(databaseFile(dataDir), { readonly: false })
  const reader = openConnection(databaseFile(dataDir), { readonly: true })
  try {
    writer.exec('begin immediate')
    reader.exec('begin')
    const read = readThrough(reader)
    // The first read is what fixes the state.
    reader.prepare('select count(*) from schema_migration').get()
    const result = await pinned(read)
    writer.exec('rollback')
    const { totalPages } = await reader.backup(to, {
      progress(pages) {
        onPages(pages.totalPages, pages.remainingPages)
        return PAGES_AT_ONCE
      },
    })
    onPages(totalPages, 0)
    return result
  } catch (error) {
    throw toStorageError(error, databaseFile(dataDir))
  } finally {
    reader.close()
    writer.close()
  }
}

/** Makes one file of a database that nobody uses any more, syncs it and gives it its name. */
export async function sealBackup(file: string): Promise<void> {
  const partial = partialFile(file)
  const db = new SqliteDatabase(partial)
  db.pragma('journal_mode = delete')
  db.close()
  await chmod(partial, 0o600)
  await syncPath(partial)
  await rename(partial, file)
  await syncPath(dirname(file))
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A backup that was opened to be read. */
export interface OpenBackup {
  readonly read: Executor
  close(): void
}

/** The file is no backup, or a damaged one. */
export class BackupDamagedError extends Error {
  override readonly name = 'BackupDamagedError'
}

/**
 * Opens a backup, or any other copy of a database file, and checks its structure.
 *
 * @throws BackupDamagedError
 */
export function openBackup(file: string): OpenBackup {
  try {
    const db = new SqliteDatabase(file, { readonly: true, fileMustExist: true })
    try {
      const faults = db.pragma('integrity_check(1)', { simple: true })
      if (faults !== 'ok') throw new BackupDamagedError(`${file} is damaged: ${faults}`)
      db.prepare('select 1 from schema_migration').get()
      db.exec('begin')
    } catch (error) {
      db.close()
      throw error
    }
    return { read: readThrough(db), close: () => db.close() }
  } catch (error) {
    if (error instanceof BackupDamagedError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new BackupDamagedError(`${file} is no backup of Recollect, or a damaged one: ${reason}`)
  }
}

function toStorageError(error: unknown, file: string): unknown {
  if (!(error instanceof SqliteDatabase.SqliteError)) return error
  return new StorageUnavailableError(`${file} cannot be backed up now: ${error.message}`)
}
