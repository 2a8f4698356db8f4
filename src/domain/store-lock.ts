import { storeNotFound } from '../errors.js'
import type { StoreScope } from '../scope.js'
import { lockStore, type StoreLock, type StoreRow } from '../storage/store.js'
import type { Executor } from '../storage/tables.js'

/**
 * The store, as a transaction sees it and holds it: it may have been deleted since its scope was opened, and nothing may
 * be written below it then. To be called before anything else is read, so that locks are taken in one order everywhere:
 * store, then profiles.
 *
 * @throws ApiError 404
 */
export async function requireStore(
  trx: Executor,
  { accountSid, storeId }: Pick<StoreScope, 'accountSid' | 'storeId'>,
  lock: StoreLock,
): Promise<StoreRow> {
  return checkOwner(await lockStore(trx, storeId, lock), { accountSid, storeId })
}

/** A store that is there and the account's. @throws ApiError 404 */
export function checkOwner(
  store: StoreRow | undefined,
  { accountSid, storeId }: Pick<StoreScope, 'accountSid' | 'storeId'>,
): StoreRow {
  if (store === undefined || store.accountSid !== accountSid) throw storeNotFound(storeId)
  return store
}
