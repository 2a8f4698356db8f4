import { Readable } from 'node:stream'
import type { Context } from '../../context.js'
import { WorkStoppedError } from '../../errors.js'
import type { StoreScope } from '../../scope.js'
import { insertEvents } from '../../storage/event.js'
import { findImport, type ImportIssueRow, type ImportRow, updateImportProgress } from '../../storage/import.js'
import { runAll } from '../../storage/statement.js'
import { createEvent } from '../event.js'
import { writeChunk } from '../identity/chunk.js'
import type { ClaimedJob } from '../job.js'
import { openStoreOfJob } from '../store-scope.js'
import { type Chunk, readChunks } from './chunks.js'
import { UnreadableCsvError } from './csv.js'
import { advance, IMPORT_CHUNK, type ImportStep, type Progress, saveProgress } from './import-chunk.js'
import { type Column, findColumns } from './row.js'
import type { ImportPayload } from './upload.js'
import { requireUtf8 } from './utf8.js'

/**
 * Runs an import whose file is there. Each chunk of rows commits together with the progress and the reasons of its
 * failed rows; after a crash the rows already done are read over.
 *
 * @returns false when it was told to stop before the end
 */
export async function runImport(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  const { importId, blob } = job.payload as ImportPayload
  const scope = await openStoreOfJob(ctx, job.storeId)
  const row = scope && (await findImport(ctx.db.read, scope, importId))
  if (scope !== undefined && row?.status === 'PROCESSING') {
    const finished = await importRows(ctx, job, scope, row, blob, shouldStop).catch(endIfCancelled)
    if (!finished) return false
  }
  await ctx.blobs.remove(blob)
  await ctx.db.transaction((trx) => job.finish(trx), { background: true })
  return true
}

function endIfCancelled(error: unknown): boolean {
  if (error instanceof WorkStoppedError && error.reason === 'import-cancelled') return true
  throw error
}

async function importRows(
  ctx: Context,
  job: ClaimedJob,
  scope: StoreScope,
  row: ImportRow,
  blob: string,
  shouldStop: () => boolean,
): Promise<boolean> {
  const run: ImportRun = { ctx, job, scope, importId: row.id, progress: row }
  // The chunk before the one that is being read: it is stored meanwhile, and before the next.
  let storing = Promise.resolve()
  try {
    let columns: Column[] | undefined
    const isShared = () => ctx.admission.othersThan(scope.accountSid)
    const content = Readable.from(requireUtf8(ctx.blobs.read(blob)))
    for await (const chunk of readChunks(content, row, ctx.config.limits.importRows, isShared)) {
      columns ??= findColumns(chunk.header, row.columnMappings)
      await storing
      if (shouldStop()) return false
      storing = storeChunk(run, columns, chunk)
      storing.catch(() => undefined)
    }
    await storing
    await completeImport(run, failureOf(ctx, run.progress))
  } catch (error) {
    await storing
    if (!(error instanceof UnreadableCsvError)) throw error
    await completeImport(run, error.message)
  }
  return true
}

function failureOf(ctx: Context, { errors }: Progress): string | undefined {
  const limit = ctx.config.limits.importFailedRows
  return errors > limit ? `${errors} rows failed, more than the ${limit} an import may have` : undefined
}

interface ImportRun {
  readonly ctx: Context
  readonly job: ClaimedJob
  readonly scope: StoreScope
  readonly importId: string
  progress: Progress
}

async function storeChunk(
  run: ImportRun,
  columns: readonly Column[],
  { firstRow, records: items, bytes }: Chunk,
): Promise<void> {
  if (items.length === 0) return
  const { ctx, job, importId, progress: before } = run
  const begun = ctx.now()
  const rowsDone = firstRow + items.length - 1
  const scope = (await openStoreOfJob(ctx, run.scope.storeId)) ?? run.scope
  const progress = job.progress(rowsDone)
  const state: ImportStep = {
    scope,
    importId,
    job: progress,
    before,
    columns,
    firstRow,
    end: { rowsDone, bytesDone: bytes },
  }
  const { refused, warnings } = await writeChunk(ctx, scope, IMPORT_CHUNK, { actor: job.actor, items, state })
  run.progress = advance(state, refused, warnings)
  ctx.metrics.importRows.inc({ outcome: 'failed' }, refused)
  ctx.metrics.importRows.inc({ outcome: 'stored' }, items.length - refused)
  await ctx.admission.rest(scope.accountSid, ctx.now() - begun)
}

async function completeImport(run: ImportRun, failure: string | undefined): Promise<void> {
  const { ctx, job, scope, importId, progress } = run
  const status = failure === undefined ? 'COMPLETED' : 'FAILED'
  // What failed the file as a whole stands in the report as row 0, and counts as an error if no row does.
  const issues: ImportIssueRow[] =
    failure === undefined ? [] : [{ rowNumber: 0, kind: 'error', columnName: '', reason: failure }]
  const errors = Math.max(progress.errors, issues.length)
  await ctx.db.transaction(
    async (trx) => {
      const state = { scope, importId, job: job.progress(progress.rowsDone), before: progress }
      await saveProgress(trx, state, issues, { ...progress, errors, status, failure })
      await runAll(trx, insertEvents(scope.storeId, [createEvent(ctx, job.actor, 'import.completed', importId)]))
    },
    { background: true, owner: scope },
  )
  ctx.log.info({ import: importId, store: scope.storeId, status, ...pickCounts(progress) }, 'import ended')
}

/** Ends an import whose job failed too often, so that nobody waits for it for ever. */
export async function abandonImport(ctx: Context, job: ClaimedJob): Promise<void> {
  const { importId, blob } = job.payload as ImportPayload
  const scope = await openStoreOfJob(ctx, job.storeId)
  const row = scope && (await findImport(ctx.db.read, scope, importId))
  if (scope === undefined || row?.status !== 'PROCESSING') return
  const update = { ...row, status: 'FAILED', failure: 'the server failed while it imported the file' } as const
  await ctx.db.transaction((trx) => updateImportProgress(trx, scope, importId, update, ctx.now()))
  await ctx.blobs.remove(blob)
}

function pickCounts({ rowsDone, errors, warnings }: Progress) {
  return { rows: rowsDone, errors, warnings }
}
