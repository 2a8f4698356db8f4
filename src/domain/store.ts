import type { Context } from '../context.js'
import type { Store, StoreInput, StorePatch } from '../contract/store.js'
import { conflict, ERROR_CODES, limitReached } from '../errors.js'
import type { Actor } from '../scope.js'
import { lockAccount } from '../storage/account.js'
import { insertEvents } from '../storage/event.js'
import { insertIdentitySettings } from '../storage/identity-settings.js'
import { deleteFailedJobs } from '../storage/job.js'
import { runAll } from '../storage/statement.js'
import {
  countStores,
  findStore,
  findStoreByName,
  insertAccountStore,
  insertStore,
  deleteStore as removeStore,
  type StoreRow,
  selectStoreIds,
  updateStore,
} from '../storage/store.js'
import { deleteStoreContent } from '../storage/store-content.js'
import type { Executor } from '../storage/tables.js'
import { insertTraitGroup } from '../storage/trait-group.js'
import type { Principal } from './account.js'
import { changeStore } from './control-plane.js'
import { checkIfMatch } from './etag.js'
import { createEvent } from './event.js'
import { DEFAULT_IDENTITY_SETTINGS } from './identity/default-settings.js'
import { type ClaimedJob, enqueueJob } from './job.js'
import { recordOperation } from './operation.js'
import { type Page, type PageQuery, readPage } from './page.js'
import { checkOwner } from './store-lock.js'
import { CONTACT_GROUP } from './trait-group.js'

const MAX_PAGE_ITEMS = 100

async function findOwnStore(ctx: Pick<Context, 'db'>, accountSid: string, storeId: string): Promise<StoreRow> {
  return checkOwner(await findStore(ctx.db.read, storeId), { accountSid, storeId })
}

/** A resource with what its ETag is made of. */
export interface Versioned<T> {
  readonly value: T
  readonly id: string
  readonly version: number
}

/** FetchStore. @throws ApiError 404 */
export async function fetchStore(ctx: Context, accountSid: string, storeId: string): Promise<Versioned<Store>> {
  const store = await findOwnStore(ctx, accountSid, storeId)
  const value: Store = {
    id: store.id,
    displayName: store.displayName,
    ...(store.description !== undefined && { description: store.description }),
    status: store.status,
    intelligenceServiceId: null,
    version: store.version,
  }
  return { value, id: store.id, version: store.version }
}

/** ListStores: ids of those that the credentials are good for, newest first. */
export function listStores(
  ctx: Context,
  { accountSid, stores }: Pick<Principal, 'accountSid' | 'stores'>,
  query: PageQuery,
): Promise<Page<string>> {
  return readPage<string, string>(ctx, {
    list: { accountSid, operationId: 'ListStores' },
    key: 'stores',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (page) => selectStoreIds(ctx.db.read, accountSid, stores, page),
    cursorOf: (id) => id,
  })
}

/**
 * CreateStore: a store with the Contact trait group and the default identifier types, ACTIVE at once.
 *
 * @returns id of the operation
 * @throws ApiError 409 when the name is taken, 400 when the account has as many stores as it may
 */
export async function createStore(ctx: Context, actor: Actor, input: StoreInput): Promise<string> {
  return ctx.db.transaction(
    async (trx) => {
      await lockAccount(trx, actor.accountSid)
      await checkStore(ctx, trx, actor.accountSid, input)
      const now = ctx.now()
      const id = ctx.newId('mem_store')
      await insertStore(trx, {
        id,
        accountSid: actor.accountSid,
        displayName: input.displayName,
        description: input.description,
        status: 'ACTIVE',
        version: 1,
        schemaVersion: 1,
        createdAt: now,
        updatedAt: now,
      })
      await insertIdentitySettings(trx, id, DEFAULT_IDENTITY_SETTINGS, now)
      await insertTraitGroup(trx, { storeId: id }, { ...CONTACT_GROUP, version: 1, createdAt: now, updatedAt: now })
      await runAll(trx, insertEvents(id, [createEvent(ctx, actor, 'store.created', id)]))
      await insertAccountStore(trx, actor.accountSid, id)
      return recordOperation(ctx, trx, actor, id, id)
    },
    { owner: { accountSid: actor.accountSid } },
  )
}

/**
 * PatchStore.
 *
 * @returns id of the operation
 * @throws ApiError 404; 409 when the name is taken; 412
 */
export async function patchStore(
  ctx: Context,
  actor: Actor,
  storeId: string,
  patch: StorePatch,
  ifMatch: string | undefined,
): Promise<string> {
  return changeStore(ctx, actor, storeId, async (trx, store) => {
    checkIfMatch(ifMatch, storeId, store.version)
    const { displayName = store.displayName, description = store.description } = patch
    if (displayName === store.displayName && description === store.description) return { resultId: storeId }
    if (displayName !== store.displayName) await refuseTakenName(trx, actor.accountSid, displayName)
    await updateStore(trx, storeId, { displayName, description }, ctx.now())
    return { resultId: storeId, event: 'store.updated' }
  })
}

/**
 * DeleteStore: the store is gone at once; a job erases what was in it.
 *
 * @returns id of the operation
 * @throws ApiError 404
 */
export async function deleteStore(ctx: Context, actor: Actor, storeId: string): Promise<string> {
  const operationId = await changeStore(ctx, actor, storeId, async (trx) => {
    await removeStore(trx, storeId)
    await enqueueJob(ctx, trx, { storeId, kind: 'delete-store', payload: {}, actor })
    return { resultId: storeId, event: 'store.deleted' }
  })
  ctx.jobSignal.wake()
  return operationId
}

const ERASE_PAGE_SIZE = 500

/** Erases what a deleted store left, in small transactions that never keep other stores waiting. */
export async function runDeleteStore(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  for (let erased = 1; erased > 0; ) {
    if (shouldStop()) return false
    erased = await ctx.db.transaction(
      async (trx) => {
        await job.advance(trx, null)
        return deleteStoreContent(trx, job.storeId, ERASE_PAGE_SIZE)
      },
      { background: true, owner: { accountSid: job.actor.accountSid, storeId: job.storeId } },
    )
  }
  await ctx.db.transaction(
    async (trx) => {
      await deleteFailedJobs(trx, job.storeId)
      await job.finish(trx)
    },
    { background: true },
  )
  return true
}

async function refuseTakenName(trx: Executor, accountSid: string, displayName: string): Promise<void> {
  if ((await findStoreByName(trx, accountSid, displayName)) === undefined) return
  throw conflict(`displayName "${displayName}" is taken by another store of this account`, ERROR_CODES.storeNameTaken)
}

async function checkStore(ctx: Context, trx: Executor, accountSid: string, input: StoreInput): Promise<void> {
  await refuseTakenName(trx, accountSid, input.displayName)
  const limit = ctx.config.limits.storesPerAccount
  if ((await countStores(trx, accountSid)) >= limit) {
    throw limitReached(
      `The account has ${limit} stores, which is its limit: delete one or raise RECOLLECT_MAX_STORES`,
      ERROR_CODES.storeLimit,
    )
  }
}
