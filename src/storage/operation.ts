import type { Executor } from './tables.js'

export interface OperationRow {
  id: string
  status: 'COMPLETED'
  resultId: string
  /** The store it was done in; empty where that was not recorded. */
  storeId: string
  createdAt: number
  completedAt: number
}

export async function insertOperation(executor: Executor, accountSid: string, operation: OperationRow): Promise<void> {
  await executor
    .insertInto('operation')
    .values({
      account_sid: accountSid,
      id: operation.id,
      status: operation.status,
      result_id: operation.resultId,
      store_id: operation.storeId,
      created_at: operation.createdAt,
      completed_at: operation.completedAt,
    })
    .execute()
}

export async function findOperation(
  executor: Executor,
  accountSid: string,
  id: string,
): Promise<OperationRow | undefined> {
  const row = await executor
    .selectFrom('operation')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where('id', '=', id)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      status: 'COMPLETED',
      resultId: row.result_id,
      storeId: row.store_id,
      createdAt: row.created_at,
      completedAt: row.completed_at,
    }
  )
}
