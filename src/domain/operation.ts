import type { Context } from '../context.js'
import { ERROR_CODES, notFound } from '../errors.js'
import type { Actor } from '../scope.js'
import { findOperation, insertOperation, type OperationRow } from '../storage/operation.js'
import type { Executor } from '../storage/tables.js'

/**
 * Records that a control-plane write is done, in its own transaction.
 *
 * @param resultId id or name of the resource
 * @returns id of the operation
 */
export async function recordOperation(
  ctx: Pick<Context, 'now' | 'newId'>,
  trx: Executor,
  actor: Actor,
  resultId: string,
): Promise<string> {
  const now = ctx.now()
  const id = ctx.newId('mem_operation')
  await insertOperation(trx, actor.accountSid, { id, status: 'COMPLETED', resultId, createdAt: now, completedAt: now })
  return id
}

/** FetchOperation. @throws ApiError 404 */
export async function fetchOperation(ctx: Context, accountSid: string, id: string): Promise<OperationRow> {
  const operation = await findOperation(ctx.db.read, accountSid, id)
  if (operation === undefined) throw notFound(`Operation ${id}`, ERROR_CODES.notFound)
  return operation
}
