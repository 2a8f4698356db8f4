import { Readable } from 'node:stream'
import type { Context } from '../../context.js'
import type { StoreScope } from '../../scope.js'
import { insertEvents } from '../../storage/event.js'
import {
  findImport,
  type ImportIssueRow,
  type ImportProgressUpdate,
  type ImportRow,
  insertImportIssues,
  updateImportProgress,
} from '../../storage/import.js'
import { runAll } from '../../storage/statement.js'
import type { Executor } from '../../storage/tables.js'
import { createEvent } from '../event.js'
import { type ProfileWrite, resolve, type WriteOutcome } from '../identity/resolve.js'
import type { ClaimedJob } from '../job.js'
import { createPace, mapAtPace } from '../pace.js'
import { loadSchema, type StoreSchema } from '../schema.js'
import { openStoreOfJob } from '../store-scope.js'
import { ImportCancelledError } from './cancel.js'
import { type NumberedRecord, readChunks } from './chunks.js'
import { UnreadableCsvError } from './csv.js'
import { type Column, findColumns, readRow } from './row.js'
import type { ImportPayload } from './upload.js'
import { requireUtf8 } from './utf8.js'

type Progress = Pick<ImportRow, 'rowsDone' | 'bytesDone' | 'errors' | 'warnings'>

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
  if (error instanceof ImportCancelledError) return true
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
      const prepared = await prepareChunk(run, columns, chunk.records)
      await storing
      if (shouldStop()) return false
      storing = storeChunk(run, prepared)
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

interface RowWrite {
  readonly rowNumber: number
  readonly write: ProfileWrite
}

interface PreparedChunk {
  readonly records: readonly NumberedRecord[]
  readonly rows: readonly RowWrite[]
  /** What is wrong with rows, so far. */
  readonly issues: readonly ImportIssueRow[]
}

async function prepareChunk(
  run: ImportRun,
  columns: readonly Column[],
  records: readonly NumberedRecord[],
): Promise<PreparedChunk> {
  const { ctx, scope } = run
  const schema = await loadSchema(ctx, ctx.db.read, (await openStoreOfJob(ctx, scope.storeId)) ?? scope)
  const issues: ImportIssueRow[] = []
  const rows = await mapAtPace(createPace(), records, (numbered) => toRowWrite(run, schema, columns, numbered, issues))
  return { records, rows: rows.flat(), issues }
}

async function storeChunk(run: ImportRun, { records, rows, issues }: PreparedChunk): Promise<void> {
  const { ctx, scope, progress } = run
  const last = records.at(-1)
  if (last === undefined) return
  let next = progress
  const begun = ctx.now()
  await resolve(
    ctx,
    scope,
    rows.map(({ write }) => write),
    {
      background: true,
      inTransaction: async (trx, outcomes) => {
        const all = [...issues, ...refusedRows(rows, outcomes)].sort((a, b) => a.rowNumber - b.rowNumber)
        next = advance(progress, all, last)
        await saveProgress(run, trx, all, { ...next, status: 'PROCESSING', failure: undefined })
      },
    },
  )
  const failed = next.errors - progress.errors
  ctx.metrics.importRows.inc({ outcome: 'failed' }, failed)
  ctx.metrics.importRows.inc({ outcome: 'stored' }, records.length - failed)
  run.progress = next
  await ctx.admission.rest(scope.accountSid, ctx.now() - begun)
}

function toRowWrite(
  { job }: ImportRun,
  schema: StoreSchema,
  columns: readonly Column[],
  { rowNumber, fields }: NumberedRecord,
  issues: ImportIssueRow[],
): RowWrite[] {
  const fail = (reason: string): RowWrite[] => {
    issues.push({ rowNumber, kind: 'error', columnName: '', reason })
    return []
  }
  try {
    const { prepared, warnings } = readRow(schema, columns, fields)
    issues.push(...warnings.map((warning) => ({ ...warning, rowNumber })))
    const prepare = (current: StoreSchema) => readRow(current, columns, fields).prepared
    return [{ rowNumber, write: { actor: job.actor, prepared, prepare } }]
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function refusedRows(rows: readonly RowWrite[], outcomes: readonly WriteOutcome[]): ImportIssueRow[] {
  return rows.flatMap(({ rowNumber }, index): ImportIssueRow[] => {
    const outcome = outcomes[index]
    if (outcome === undefined || !('error' in outcome)) return []
    return [{ rowNumber, kind: 'error', columnName: '', reason: outcome.error.message }]
  })
}

function advance(before: Progress, issues: readonly ImportIssueRow[], last: NumberedRecord): Progress {
  const errors = issues.filter((issue) => issue.kind === 'error').length
  return {
    rowsDone: last.rowNumber,
    bytesDone: last.bytes,
    errors: before.errors + errors,
    warnings: before.warnings + issues.length - errors,
  }
}

async function saveProgress(
  { ctx, job, scope, importId, progress }: ImportRun,
  trx: Executor,
  issues: readonly ImportIssueRow[],
  update: ImportProgressUpdate,
): Promise<void> {
  // Both at once: the event loop is busy with the next rows, so that each answer waits for its turn there.
  const [, goesOn] = await Promise.all([
    job.advance(trx, update.rowsDone),
    updateImportProgress(trx, scope, importId, update, ctx.now()),
  ])
  if (!goesOn) throw new ImportCancelledError()
  await runAll(trx, insertImportIssues(scope, importId, issues, progress.errors + progress.warnings))
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
      await saveProgress(run, trx, issues, { ...progress, errors, status, failure })
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
