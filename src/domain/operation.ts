import type { Context } from '../context.js'
import { ERROR_CODES, notFound } from '../errors.js'
import type { Actor } from '../scope.js'
import { findOperation, insertOperation, type OperationRow } from '../storage/operation.js'
import type { Executor } from '../storage/tables.js'
import { checkStoreRight } from './access.js'
import type { Principal } from './account.js'

/**
 * Records that a control-plane write is done, in its own transaction.
 *
 * @param storeId the store it was done in
 * @param resultId id or name of the resource
 * @returns id of the operation
 */
export async function recordOperation(
  ctx: Pick<Context, 'now' | 'newId'>,
  trx: Executor,
  actor: Actor,
  storeId: string,
  resultId: string,
): Promise<string> {
  const now = ctx.now()
  const id = ctx.newId('mem_operation')
  await insertOperation(trx, actor.accountSid, {
    id,
    status: 'COMPLETED',
    resultId,
    storeId,
    createdAt: now,
    completedAt: now,
  })
  return id
}

/** FetchOperation. @throws ApiError 404; 403 when it was done in a store that the credentials are not good for */
export async function fetchOperation(
  ctx: Context,
  principal: Pick<Principal, 'accountSid' | 'stores'>,
  id: string,
): Promise<OperationRow> {
  const operation = await findOperation(ctx.db.read, principal.accountSid, id)
  if (operation === undefined) throw notFound(`Operation ${id}`, ERROR_CODES.notFound)
  checkStoreRight(principal, operation.storeId)
  return operation
}
