import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { identifySource } from '../storage/copy/state.js'
import { migrate, selectPending } from '../storage/migrate.js'
import { openSqliteFile } from '../storage/sqlite.js'
import { BackupDamagedError, type OpenBackup, openBackup } from '../storage/sqlite-backup.js'
import { checkDigests } from '../storage/sqlite-backup-digest.js'
import type { Executor } from '../storage/tables.js'
import { type CopyReport, type CopyResult, type CopyTarget, copyEverything } from './copy.js'
import { openWaitingUploads } from './imports/copy-uploads.js'

export interface RestoreOptions {
  readonly file: string
  readonly now: () => number
  readonly report: CopyReport
}

/** A restored backup, and whether it could be held against digests of its own. */
export type RestoreResult = CopyResult & { readonly hadDigests: boolean }

/**
 * Restores a backup into an empty database, or goes on with a restore that was interrupted.
 *
 * @param openTarget called when the backup was found to be whole
 * @throws BackupDamagedError, NewerDatabaseError, and what copyEverything throws
 */
export async function restoreBackup(
  { file, now, report }: RestoreOptions,
  openTarget: () => Promise<CopyTarget>,
): Promise<RestoreResult> {
  const backup = openBackup(file)
  try {
    const pending = await selectPending(backup.read)
    const checked = await checkDigests(backup.read, report.checked)
    if (checked !== undefined && checked.damaged.length > 0) {
      throw new BackupDamagedError(`${file} is damaged: ${checked.damaged.join(', ')} is not what was backed up`)
    }
    const id = await identifySource(backup.read, checked?.id)
    return await withMigrated(backup, pending, { file, now }, async (read) => {
      const uploads = await openWaitingUploads(read, undefined)
      // A migrated copy may hold something else.
      const digests = read === backup.read ? checked?.digests : undefined
      const result = await copyEverything({ read, id, uploads, digests }, await openTarget(), { now, report })
      return { ...result, hadDigests: checked !== undefined }
    })
  } finally {
    backup.close()
  }
}

/** Reads a backup as this version would have written it; one of an older version is migrated in a copy beside it. */
async function withMigrated<T>(
  backup: OpenBackup,
  pending: readonly string[],
  { file, now }: Pick<RestoreOptions, 'file' | 'now'>,
  work: (read: Executor) => Promise<T>,
): Promise<T> {
  if (pending.length === 0) return work(backup.read)
  const folder = await mkdtemp(join(dirname(file), '.recollect-restore-'))
  try {
    const copy = join(folder, 'backup.db')
    await copyFile(file, copy)
    const db = openSqliteFile(copy, { now })
    try {
      await migrate(db, now())
      return await work(db.read)
    } finally {
      await db.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
