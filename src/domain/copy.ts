import type { BlobStore } from '../blobs/blob-store.js'
import { compareTables, copyTables, type Digests, type OnRows } from '../storage/copy/copy.js'
import { countRows } from '../storage/copy/page.js'
import { beginCopy, endCopy } from '../storage/copy/state.js'
import { COPIED_TABLES } from '../storage/copy/tables.js'
import type { Database } from '../storage/database.js'
import { migrate } from '../storage/migrate.js'
import type { Executor } from '../storage/tables.js'
import { copyUploads, type WaitingUploads } from './imports/copy-uploads.js'

/** One state of everything a server keeps. */
export interface CopySource {
  readonly read: Executor
  /** Tells it from other sources, so that a copy goes on only from its own. */
  readonly id: string
  readonly uploads: WaitingUploads
  /** Of its tables, if they were computed before. */
  readonly digests?: Digests | undefined
}

export interface CopyTarget {
  readonly db: Database
  readonly blobs: BlobStore
}

/** Told how a copy gets on. */
export interface CopyReport {
  /** Rows of all tables, and how many of them an earlier run copied. */
  begun(total: number, copied: number): void
  copied: OnRows
  compared: OnRows
  /** Rows of a backup that went into its digests. */
  checked: OnRows
}

export interface CopyResult {
  readonly digests: Digests
  readonly uploads: number
  /** Names of uploaded files that the source does not have. */
  readonly missingUploads: readonly string[]
}

/**
 * Copies everything into an empty database, or goes on with a copy that was interrupted; compares both sides at the
 * end. Until then no server starts on the target.
 *
 * @throws CopyRefusedError when the target holds something else
 * @throws CopyDiffersError, UploadDiffersError when the copy is not what the source is
 */
export async function copyEverything(
  { read, id, uploads, digests: known }: CopySource,
  { db, blobs }: CopyTarget,
  { now, report }: { readonly now: () => number; readonly report: CopyReport },
): Promise<CopyResult> {
  await migrate(db, now(), { unfinishedCopy: 'accept' })
  const progress = await beginCopy(db, id, now())
  let total = 0
  for (const table of COPIED_TABLES) total += await countRows(read, table)
  report.begun(
    total,
    [...progress.values()].reduce((sum, { rows }) => sum + rows, 0),
  )
  await copyTables(read, db, progress, report.copied)
  const digests = await compareTables(read, db.read, report.compared, known)
  const missingUploads = await copyUploads(uploads, blobs)
  await endCopy(db)
  return { digests, uploads: uploads.names.length - missingUploads.length, missingUploads }
}
