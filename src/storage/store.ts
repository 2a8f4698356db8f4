import type { StoreStatus } from '../contract/store.js'
import type { StoreScope } from '../scope.js'
import type { PageRequest } from './page.js'
import { type CompiledQuery, prepare, prepareQuery, readOne, type Selection } from './statement.js'
import type { Executor, Tables } from './tables.js'

export interface StoreRow {
  id: string
  accountSid: string
  displayName: string
  description: string | undefined
  status: StoreStatus
  version: number
  schemaVersion: number
  createdAt: number
  updatedAt: number
}

/** By name: a statement that is kept prepared must give the same columns after a newer version added one. */
const COLUMNS = [
  'id',
  'account_sid',
  'display_name',
  'description',
  'status',
  'version',
  'schema_version',
  'created_at',
  'updated_at',
] as const

function toStore(row: Tables['store']): StoreRow {
  return {
    id: row.id,
    accountSid: row.account_sid,
    displayName: row.display_name,
    description: row.description ?? undefined,
    status: row.status as StoreStatus,
    version: row.version,
    schemaVersion: row.schema_version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

const selectStore = prepare<[string], Tables['store']>((db, id) =>
  db.selectFrom('store').select(COLUMNS).where('id', '=', id),
)

/** The store of that id, whoever owns it: the caller compares the account. */
export async function findStore(executor: Executor, storeId: string): Promise<StoreRow | undefined> {
  const [row] = await selectStore(executor, storeId)
  return row && toStore(row)
}

/**
 * How a transaction holds its store until it ends. `content` writes something below the store and only keeps it from
 * going away; `identity` writes profiles and lets one at a time through, so that no two decide on the same people at
 * once; `settings` changes what the others build on and is alone.
 */
export type StoreLock = 'content' | 'identity' | 'settings'

const lockQueries: Record<StoreLock, (executor: Executor, id: string) => CompiledQuery> = {
  content: prepareQuery((db, id) => db.selectFrom('store').select(COLUMNS).where('id', '=', id).forKeyShare()),
  identity: prepareQuery((db, id) => db.selectFrom('store').select(COLUMNS).where('id', '=', id).forNoKeyUpdate()),
  settings: prepareQuery((db, id) => db.selectFrom('store').select(COLUMNS).where('id', '=', id).forUpdate()),
}

/** Reads the store of that id and holds it until the end of the transaction. */
export function queryLockedStore(
  executor: Executor,
  storeId: string,
  lock: StoreLock,
): Selection<StoreRow | undefined> {
  return {
    query: lockQueries[lock](executor, storeId),
    toResult: ([row]: readonly Tables['store'][]) => row && toStore(row),
  }
}

/** The store of that id, held until the end of the transaction. */
export function lockStore(trx: Executor, storeId: string, lock: StoreLock): Promise<StoreRow | undefined> {
  return readOne(trx, queryLockedStore(trx, storeId, lock))
}

export async function findStoreByName(
  executor: Executor,
  accountSid: string,
  displayName: string,
): Promise<StoreRow | undefined> {
  const row = await executor
    .selectFrom('store')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where('display_name', '=', displayName)
    .executeTakeFirst()
  return row && toStore(row)
}

export async function countStores(executor: Executor, accountSid: string): Promise<number> {
  const row = await executor
    .selectFrom('store')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('account_sid', '=', accountSid)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function insertStore(executor: Executor, store: StoreRow): Promise<void> {
  await executor
    .insertInto('store')
    .values({
      id: store.id,
      account_sid: store.accountSid,
      display_name: store.displayName,
      description: store.description ?? null,
      status: store.status,
      version: store.version,
      schema_version: store.schemaVersion,
      created_at: store.createdAt,
      updated_at: store.updatedAt,
    })
    .execute()
}

/** Keeps that a store is an account's for longer than the store itself. */
export async function insertAccountStore(executor: Executor, accountSid: string, storeId: string): Promise<void> {
  await executor.insertInto('account_store').values({ account_sid: accountSid, store_id: storeId }).execute()
}

/** @param only ids of the only stores to select; nothing: all of the account */
export async function selectStoreIds(
  executor: Executor,
  accountSid: string,
  only: ReadonlySet<string> | undefined,
  page: PageRequest,
): Promise<string[]> {
  const rows = await executor
    .selectFrom('store')
    .select('id')
    .where('account_sid', '=', accountSid)
    .$if(only !== undefined, (query) => query.where('id', 'in', [...(only ?? [])]))
    .$if(page.after !== undefined, (query) => query.where('id', page.order === 'asc' ? '>' : '<', page.after ?? ''))
    .orderBy('id', page.order)
    .limit(page.limit)
    .execute()
  return rows.map((row) => row.id)
}

/** Every store of every account, for work the server does on its own. */
export async function selectAllStores(executor: Executor): Promise<{ id: string; accountSid: string }[]> {
  const rows = await executor.selectFrom('store').select(['id', 'account_sid']).orderBy('id').execute()
  return rows.map((row) => ({ id: row.id, accountSid: row.account_sid }))
}

/** Writes name and description and raises the version. */
export async function updateStore(
  executor: Executor,
  storeId: string,
  { displayName, description }: Pick<StoreRow, 'displayName' | 'description'>,
  updatedAt: number,
): Promise<void> {
  await executor
    .updateTable('store')
    .set((e) => ({
      display_name: displayName,
      description: description ?? null,
      version: e('version', '+', 1),
      updated_at: updatedAt,
    }))
    .where('id', '=', storeId)
    .execute()
}

export async function deleteStore(executor: Executor, storeId: string): Promise<void> {
  await executor.deleteFrom('store').where('id', '=', storeId).execute()
}

/** Marks what is derived from trait groups and identity settings as outdated. */
export async function raiseSchemaVersion(executor: Executor, storeId: string): Promise<void> {
  await executor
    .updateTable('store')
    .set((e) => ({ schema_version: e('schema_version', '+', 1) }))
    .where('id', '=', storeId)
    .execute()
}

/** How many rows a store has in each of the tables, counted up to a limit. */
export async function countStoreRows(
  executor: Executor,
  { storeId }: StoreScope,
  table: 'profile' | 'observation' | 'summary' | 'import',
  limit: number,
): Promise<number> {
  const row = await executor
    .selectFrom((e) => e.selectFrom(table).select('id').where('store_id', '=', storeId).limit(limit).as('counted'))
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
