import type { CompiledQuery } from 'kysely'
import type { ColumnMapping, ImportStatus } from '../contract/import.js'
import type { StoreScope } from '../scope.js'
import type { PageRequest } from './page.js'
import { insertRows } from './statement.js'
import type { Executor, Tables } from './tables.js'

export interface ImportRow {
  id: string
  filename: string
  fileSize: number
  columnMappings: ColumnMapping[]
  status: ImportStatus
  errors: number
  warnings: number
  rowsDone: number
  bytesDone: number
  failure: string | undefined
  uploadedAt: number | undefined
  /** SID of the credential that asked for it. */
  actor: string
  createdAt: number
  updatedAt: number
}

/** A row that failed (`error`) or a value that was skipped (`warning`). */
export interface ImportIssueRow {
  rowNumber: number
  kind: 'error' | 'warning'
  columnName: string
  reason: string
}

function toImport(row: Tables['import']): ImportRow {
  return {
    id: row.id,
    filename: row.filename,
    fileSize: row.file_size,
    columnMappings: JSON.parse(row.column_mappings) as ColumnMapping[],
    status: row.status as ImportStatus,
    errors: row.errors,
    warnings: row.warnings,
    rowsDone: row.rows_done,
    bytesDone: row.bytes_done,
    failure: row.failure ?? undefined,
    uploadedAt: row.uploaded_at ?? undefined,
    actor: row.actor,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export async function insertImport(executor: Executor, scope: StoreScope, row: ImportRow): Promise<void> {
  await executor
    .insertInto('import')
    .values({
      store_id: scope.storeId,
      id: row.id,
      filename: row.filename,
      file_size: row.fileSize,
      column_mappings: JSON.stringify(row.columnMappings),
      status: row.status,
      errors: row.errors,
      warnings: row.warnings,
      rows_done: row.rowsDone,
      bytes_done: row.bytesDone,
      failure: row.failure ?? null,
      uploaded_at: row.uploadedAt ?? null,
      actor: row.actor,
      created_at: row.createdAt,
      updated_at: row.updatedAt,
    })
    .execute()
}

export async function findImport(executor: Executor, scope: StoreScope, id: string): Promise<ImportRow | undefined> {
  const row = await executor
    .selectFrom('import')
    .selectAll()
    .where('store_id', '=', scope.storeId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toImport(row)
}

export async function selectImportIds(executor: Executor, scope: StoreScope, page: PageRequest): Promise<string[]> {
  const rows = await executor
    .selectFrom('import')
    .select('id')
    .where('store_id', '=', scope.storeId)
    .$if(page.after !== undefined, (query) => query.where('id', page.order === 'asc' ? '>' : '<', page.after ?? ''))
    .orderBy('id', page.order)
    .limit(page.limit)
    .execute()
  return rows.map((row) => row.id)
}

/** Marks the file as there. @returns false when it was there already, or the import was cancelled */
export async function markUploaded(executor: Executor, scope: StoreScope, id: string, now: number): Promise<boolean> {
  const result = await executor
    .updateTable('import')
    .set({ uploaded_at: now, updated_at: now, status: 'PROCESSING' })
    .where('store_id', '=', scope.storeId)
    .where('id', '=', id)
    .where('uploaded_at', 'is', null)
    .where('status', '=', 'PENDING')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export interface ImportProgressUpdate {
  status: ImportStatus
  errors: number
  warnings: number
  rowsDone: number
  bytesDone: number
  failure: string | undefined
}

/** Writes how far an import is that has its file. @returns false when it has ended meanwhile: it was cancelled */
export async function updateImportProgress(
  executor: Executor,
  scope: StoreScope,
  id: string,
  progress: ImportProgressUpdate,
  now: number,
): Promise<boolean> {
  const result = await executor
    .updateTable('import')
    .set({
      status: progress.status,
      errors: progress.errors,
      warnings: progress.warnings,
      rows_done: progress.rowsDone,
      bytes_done: progress.bytesDone,
      failure: progress.failure ?? null,
      updated_at: now,
    })
    .where('store_id', '=', scope.storeId)
    .where('id', '=', id)
    .where('status', '=', 'PROCESSING')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/**
 * Ends an import early, whether it has its file or not.
 *
 * @returns its counts of errors and warnings; nothing when it had ended already
 */
export async function endImport(
  executor: Executor,
  scope: StoreScope,
  id: string,
  failure: string,
  now: number,
): Promise<{ errors: number; warnings: number } | undefined> {
  return executor
    .updateTable('import')
    .set({ status: 'FAILED', failure, updated_at: now })
    .where('store_id', '=', scope.storeId)
    .where('id', '=', id)
    .where('status', 'in', ['PENDING', 'PROCESSING'])
    .returning(['errors', 'warnings'])
    .executeTakeFirst()
}

/** @param firstPosition tells apart several issues of one row over several calls */
export function insertImportIssues(
  scope: StoreScope,
  importId: string,
  issues: readonly ImportIssueRow[],
  firstPosition: number,
): CompiledQuery[] {
  return insertRows(
    'import_issue',
    ['store_id', 'import_id', 'row_number', 'position', 'kind', 'column_name', 'reason'],
    issues.map((issue, index) => [
      scope.storeId,
      importId,
      issue.rowNumber,
      firstPosition + index,
      issue.kind,
      issue.columnName,
      issue.reason,
    ]),
  )
}

export interface ImportIssueCursor {
  rowNumber: number
  position: number
}

/** Issues in the order of the file, a page at a time. */
export async function selectImportIssues(
  executor: Executor,
  scope: StoreScope,
  importId: string,
  after: ImportIssueCursor,
  limit: number,
): Promise<(ImportIssueRow & ImportIssueCursor)[]> {
  const rows = await executor
    .selectFrom('import_issue')
    .selectAll()
    .where('store_id', '=', scope.storeId)
    .where('import_id', '=', importId)
    .where((e) =>
      e.or([
        e('row_number', '>', after.rowNumber),
        e.and([e('row_number', '=', after.rowNumber), e('position', '>', after.position)]),
      ]),
    )
    .orderBy('row_number')
    .orderBy('position')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    rowNumber: row.row_number,
    position: row.position,
    kind: row.kind === 'error' ? 'error' : 'warning',
    columnName: row.column_name,
    reason: row.reason,
  }))
}

/** Ids of the imports of a store whose file is being read or waits to be. */
export async function selectImportsUnderWay(executor: Executor, storeId: string): Promise<string[]> {
  const rows = await executor
    .selectFrom('import')
    .select('id')
    .where('store_id', '=', storeId)
    .where('status', '=', 'PROCESSING')
    .execute()
  return rows.map((row) => row.id)
}
