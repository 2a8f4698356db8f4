import type { Context } from '../context.js'
import type { Actor } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import { runAll } from '../storage/statement.js'
import type { StoreRow } from '../storage/store.js'
import type { Executor } from '../storage/tables.js'
import { type ChangeName, createEvent } from './event.js'
import { recordOperation } from './operation.js'
import { requireStore } from './store-lock.js'

/** What a control-plane write did. */
export interface Change {
  /** Id or name of the resource, for the operation. */
  readonly resultId: string
  /** Absent when nothing changed. */
  readonly event?: ChangeName
}

/**
 * Runs a control-plane write in a store: one transaction with the check that the store still stands, the change, its
 * event and its operation.
 *
 * @returns id of the operation
 * @throws ApiError 404 when the store is gone, and what `work` throws
 */
export async function changeStore(
  ctx: Context,
  actor: Actor,
  storeId: string,
  work: (trx: Executor, store: StoreRow) => Promise<Change>,
): Promise<string> {
  const change = ctx.db.transaction(
    async (trx) => {
      const store = await requireStore(trx, { accountSid: actor.accountSid, storeId }, 'settings')
      const { resultId, event } = await work(trx, store)
      if (event !== undefined) await runAll(trx, insertEvents(storeId, [createEvent(ctx, actor, event, resultId)]))
      return recordOperation(ctx, trx, actor, storeId, resultId)
    },
    { owner: { accountSid: actor.accountSid, storeId } },
  )
  // A neighbour in the group commit may have read, and cached, a schema that was never committed.
  return change
    .catch((error) => {
      ctx.schemas.delete(storeId)
      throw error
    })
    .finally(() => ctx.stores.forget(storeId))
}
