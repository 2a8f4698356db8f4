import { WorkStoppedError } from '../../errors.js'
import type { StoreScope } from '../../scope.js'
import {
  type ImportIssueRow,
  type ImportProgressUpdate,
  type ImportRow,
  insertImportIssues,
  updateImportProgress,
} from '../../storage/import.js'
import { runAll } from '../../storage/statement.js'
import type { Executor } from '../../storage/tables.js'
import type { ChunkKind, ChunkReport } from '../identity/chunk.js'
import { type JobProgress, recordProgress } from '../job-progress.js'
import { type Column, readRow } from './row.js'

/** How far an import is. */
export type Progress = Pick<ImportRow, 'rowsDone' | 'bytesDone' | 'errors' | 'warnings'>

/** An import before a step, and its job after it. Plain data. */
export interface ImportState {
  readonly scope: StoreScope
  readonly importId: string
  readonly job: JobProgress
  readonly before: Progress
}

/** What rows of a file are read by, and where they stand in it. Plain data. */
export interface ImportStep extends ImportState {
  readonly columns: readonly Column[]
  readonly firstRow: number
  /** Where the rows end in the file. */
  readonly end: Pick<Progress, 'rowsDone' | 'bytesDone'>
}

/** Rows of a file, with how far the import is after them, and which of them failed and why. */
export const IMPORT_CHUNK: ChunkKind<readonly string[], ImportStep> = {
  name: 'import-chunk',
  prepare: (schema, fields, { columns }) => readRow(schema, columns, fields),
  follow: (trx, step, report) => {
    const progress = advance(step, report.refused.length, report.warnings.length)
    return saveProgress(trx, step, toIssues(step, report), { ...progress, status: 'PROCESSING', failure: undefined })
  },
}

/** How far an import is after a step in which rows were refused and values left out. */
export function advance({ before, end }: ImportStep, refused: number, warnings: number): Progress {
  return { ...end, errors: before.errors + refused, warnings: before.warnings + warnings }
}

function toIssues({ firstRow }: ImportStep, { refused, warnings }: ChunkReport): ImportIssueRow[] {
  const issues = [
    ...warnings.map(({ index, columnName, reason }) => ({ index, kind: 'warning' as const, columnName, reason })),
    ...refused.map(({ index, reason }) => ({ index, kind: 'error' as const, columnName: '', reason })),
  ]
  return issues
    .sort((a, b) => a.index - b.index)
    .map(({ index, ...issue }) => ({ ...issue, rowNumber: firstRow + index }))
}

/**
 * Stores how far an import is, with new issues.
 *
 * @throws WorkStoppedError when it was cancelled, or another worker has its job
 */
export async function saveProgress(
  trx: Executor,
  { scope, importId, job, before }: ImportState,
  issues: readonly ImportIssueRow[],
  update: ImportProgressUpdate,
): Promise<void> {
  await recordProgress(trx, job)
  if (!(await updateImportProgress(trx, scope, importId, update, job.now)))
    throw new WorkStoppedError('import-cancelled')
  await runAll(trx, insertImportIssues(scope, importId, issues, before.errors + before.warnings))
}
