import type { Executor } from './tables.js'

interface ImportKey {
  storeId: string
  id: string
}

/** Imports of all stores that ended before a time, in milliseconds since the epoch, and still have a report. */
export async function selectOldImports(executor: Executor, before: number): Promise<ImportKey[]> {
  const rows = await executor
    .selectFrom('import')
    .select(['store_id', 'id'])
    .where('status', 'in', ['COMPLETED', 'FAILED'])
    .where('updated_at', '<', before)
    .where((e) =>
      e.exists(
        e
          .selectFrom('import_issue')
          .select('import_issue.import_id')
          .whereRef('import_issue.store_id', '=', 'import.store_id')
          .whereRef('import_issue.import_id', '=', 'import.id'),
      ),
    )
    .execute()
  return rows.map((row) => ({ storeId: row.store_id, id: row.id }))
}

/** Erases a page of the report of an import. @returns lines erased */
export async function deleteImportIssues(
  executor: Executor,
  { storeId, id }: ImportKey,
  limit: number,
): Promise<number> {
  const page = executor
    .selectFrom('import_issue')
    .select(['row_number', 'position'])
    .where('store_id', '=', storeId)
    .where('import_id', '=', id)
    .limit(limit)
  const result = await executor
    .deleteFrom('import_issue')
    .where('store_id', '=', storeId)
    .where('import_id', '=', id)
    .where((e) => e(e.refTuple('row_number', 'position'), 'in', page.$asTuple('row_number', 'position')))
    .executeTakeFirst()
  return Number(result.numDeletedRows)
}
