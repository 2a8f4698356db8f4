import type { Context } from '../context.js'
import { ApiError, storeNotActive } from '../errors.js'
import type { StoreScope } from '../scope.js'
import { findStore, type StoreRow } from '../storage/store.js'
import { checkOwner } from './store-lock.js'

/**
 * Opens a store for its account: the only maker of a StoreScope. The scope may be as old as a twentieth of a second where
 * another node changed the store; readInStore and changeInStore know what to do about it.
 *
 * @throws ApiError 404 when there is no such store or it is another account's; 400 while it is not ACTIVE
 */
export async function openStore(
  ctx: Pick<Context, 'db' | 'stores'>,
  accountSid: string,
  storeId: string,
): Promise<StoreScope> {
  const row = await ctx.stores.read(storeId, () => findStore(ctx.db.read, storeId))
  return toActiveScope(checkOwner(row, { accountSid, storeId }))
}

/**
 * Opens a store for work that changes nothing: where the row is known but old, the work begins with it while the row is
 * read again, and is done over if the store has changed. A store that was not asked for lately then costs no waiting.
 *
 * @throws ApiError 404, 400, and what `work` throws
 */
export async function readInStore<T>(
  ctx: Pick<Context, 'db' | 'stores'>,
  accountSid: string,
  storeId: string,
  work: (scope: StoreScope) => Promise<T>,
): Promise<T> {
  const outdated = ctx.stores.outdated(storeId)
  if (outdated === undefined) return changeInStore(ctx, accountSid, storeId, work)
  const assumed = toActiveScope(checkOwner(outdated, { accountSid, storeId }))
  const [current, [result]] = await Promise.all([
    openStore(ctx, accountSid, storeId),
    Promise.allSettled([work(assumed)]),
  ])
  if (current.schemaVersion !== assumed.schemaVersion) return work(current)
  if (result.status === 'rejected') throw result.reason
  return result.value
}

/**
 * Opens a store for work that may change something: it is looked at again only when it was refused, which changed
 * nothing, because another node may have declared a moment ago what is missing here.
 *
 * @throws ApiError 404, 400, and what `work` throws
 */
export async function changeInStore<T>(
  ctx: Pick<Context, 'db' | 'stores'>,
  accountSid: string,
  storeId: string,
  work: (scope: StoreScope) => Promise<T>,
): Promise<T> {
  const known = ctx.stores.current(storeId)
  const scope =
    known === undefined
      ? await openStore(ctx, accountSid, storeId)
      : toActiveScope(checkOwner(known, { accountSid, storeId }))
  try {
    return await work(scope)
  } catch (error) {
    const current = error instanceof ApiError ? await reopenStore(ctx, scope) : undefined
    if (current === undefined) throw error
    return work(current)
  }
}

/**
 * Opens a store as it is now, if it is not as the scope says.
 *
 * @returns nothing when the scope is up to date
 * @throws ApiError 404
 */
async function reopenStore(
  ctx: Pick<Context, 'db' | 'stores'>,
  { accountSid, storeId, schemaVersion }: StoreScope,
): Promise<StoreScope | undefined> {
  const store = checkOwner(await findStore(ctx.db.read, storeId), { accountSid, storeId })
  if (store.schemaVersion === schemaVersion) return undefined
  ctx.stores.forget(storeId)
  return toScope(store)
}

/** Opens the store of a background job, whose account was checked when the job was accepted; nothing when it is gone. */
export async function openStoreOfJob(ctx: Pick<Context, 'db'>, storeId: string): Promise<StoreScope | undefined> {
  const store = await findStore(ctx.db.read, storeId)
  return store && toScope(store)
}

function toActiveScope(store: StoreRow): StoreScope {
  if (store.status !== 'ACTIVE') throw storeNotActive(store.id, store.status)
  return toScope(store)
}

function toScope({ accountSid, id, schemaVersion }: StoreRow): StoreScope {
  return { accountSid, storeId: id, schemaVersion } as StoreScope
}
