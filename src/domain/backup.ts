import { openDatabaseBlobs } from '../blobs/database.js'
import type { Config } from '../config.js'
import type { OnRows } from '../storage/copy/copy.js'
import { identifySource } from '../storage/copy/state.js'
import type { Database } from '../storage/database.js'
import { selectPending } from '../storage/migrate.js'
import { openSqliteFile } from '../storage/sqlite.js'
import { copyDatabaseFile, partialFile, removePartial, sealBackup } from '../storage/sqlite-backup.js'
import { writeDigests } from '../storage/sqlite-backup-digest.js'
import type { Executor } from '../storage/tables.js'
import { type CopyReport, copyEverything } from './copy.js'
import { copyUploads, openWaitingUploads, type WaitingUploads } from './imports/copy-uploads.js'

/** The database lacks what this version adds. */
export class NotMigratedError extends Error {
  override readonly name = 'NotMigratedError'
}

export interface BackupOptions {
  readonly file: string
  /** Where uploads are, when they are in a folder. */
  readonly uploadFolder: string | undefined
  readonly now: () => number
}

/** Told of pages copied; the total may grow. */
export type OnPages = (total: number, remaining: number) => void

/**
 * Backs up the SQLite database of a data folder, while a server may write to it, with the files that its imports wait
 * for. The file gets its name when it is whole and on disk.
 *
 * @returns names of uploaded files that are not there
 * @throws NotMigratedError
 */
export async function backUpFolder(
  config: Config,
  options: BackupOptions,
  onPages: OnPages,
  onRows: OnRows,
): Promise<readonly string[]> {
  const partial = partialFile(options.file)
  await removePartial(options.file)
  let uploads: WaitingUploads | undefined
  try {
    uploads = await copyDatabaseFile(config.dataDir, partial, (read) => openUploads(read, options), onPages)
    const opened = uploads
    const missing = await withFile(partial, options, async (db) => {
      const names = await copyUploads(opened.besides(db.read), openDatabaseBlobs(db, options.now))
      await writeDigests(db, onRows)
      return names
    })
    await sealBackup(options.file)
    return missing
  } finally {
    await uploads?.close()
    await removePartial(options.file)
  }
}

async function openUploads(read: Executor, { uploadFolder }: BackupOptions): Promise<WaitingUploads> {
  await refusePending(read)
  return openWaitingUploads(read, uploadFolder)
}

async function refusePending(read: Executor): Promise<void> {
  const pending = await selectPending(read)
  if (pending.length === 0) return
  throw new NotMigratedError(
    `the database lacks ${pending.join(', ')}: back it up with the version that wrote it, or run recollect migrate first`,
  )
}

/**
 * Backs up any database, out of one state of it, into a SQLite file.
 *
 * @throws NotMigratedError
 */
export async function backUpDatabase(
  source: Database,
  options: BackupOptions,
  report: CopyReport,
): Promise<readonly string[]> {
  await removePartial(options.file)
  try {
    const missing = await source.snapshot(async (read) => {
      const uploads = await openUploads(read, options)
      try {
        const id = await identifySource(read)
        return await withFile(partialFile(options.file), options, async (db) => {
          const target = { db, blobs: openDatabaseBlobs(db, options.now) }
          const { digests, missingUploads } = await copyEverything({ read, id, uploads }, target, {
            now: options.now,
            report,
          })
          await writeDigests(db, report.checked, digests)
          return missingUploads
        })
      } finally {
        await uploads.close()
      }
    })
    await sealBackup(options.file)
    return missing
  } finally {
    await removePartial(options.file)
  }
}

async function withFile<T>(file: string, { now }: BackupOptions, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openSqliteFile(file, { now })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}
