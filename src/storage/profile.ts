import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import type { PageRequest } from './page.js'
import { insertRows, padList, prepare, prepareShapes, type Selection } from './statement.js'
import type { Executor } from './tables.js'

/** A canonical profile. `traits` and `facts` stay text until somebody needs to look inside. */
export interface ProfileRow {
  id: string
  traits: string
  facts: string
  createdAt: number
  updatedAt: number
}

interface SelectedProfile {
  id: string
  traits: string
  trait_facts: string
  created_at: number
  updated_at: number
}

const COLUMNS = ['id', 'traits', 'trait_facts', 'created_at', 'updated_at'] as const

function toProfile(row: SelectedProfile): ProfileRow {
  return {
    id: row.id,
    traits: row.traits,
    facts: row.trait_facts,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

const selectProfile = prepare<[string, string], SelectedProfile>((db, storeId, id) =>
  db.selectFrom('profile').select(COLUMNS).where('store_id', '=', storeId).where('id', '=', id),
)

export async function findProfile(executor: Executor, scope: StoreScope, id: string): Promise<ProfileRow | undefined> {
  const [row] = await selectProfile(executor, scope.storeId, id)
  return row && toProfile(row)
}

/** A canonical profile as FetchProfile shows it. */
export type ProfileView = Pick<ProfileRow, 'id' | 'traits' | 'createdAt'>

const selectView = prepare<[string, string], { traits: string; created_at: number }>((db, storeId, id) =>
  db.selectFrom('profile').select(['traits', 'created_at']).where('store_id', '=', storeId).where('id', '=', id),
)

/** Leaves the facts unread, which are longer than the traits. */
export async function findProfileView(
  executor: Executor,
  scope: StoreScope,
  id: string,
): Promise<ProfileView | undefined> {
  const [row] = await selectView(executor, scope.storeId, id)
  return row && { id, traits: row.traits, createdAt: row.created_at }
}

const shapeLocked = prepareShapes()

/** Reads profiles, one at least, in the order of their ids, and holds them until the end of the transaction. */
export function queryLockedProfiles(
  executor: Executor,
  scope: StoreScope,
  ids: readonly string[],
): Selection<ProfileRow[]> {
  const padded = padList(ids)
  return {
    query: shapeLocked(String(padded.length), [scope.storeId, ...padded], ([storeId = '', ...placeholders]) =>
      executor
        .selectFrom('profile')
        .select(COLUMNS)
        .where('store_id', '=', storeId)
        .where('id', 'in', placeholders)
        .orderBy('id')
        .forUpdate(),
    ),
    toResult: (rows: readonly SelectedProfile[]) => rows.map(toProfile),
  }
}

/** Profiles in pages by id, for work on all of them. */
export async function selectProfilesAfter(
  executor: Executor,
  scope: StoreScope,
  after: string,
  limit: number,
): Promise<ProfileRow[]> {
  const rows = await executor
    .selectFrom('profile')
    .select(COLUMNS)
    .where('store_id', '=', scope.storeId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toProfile)
}

const listFrom = {
  asc: prepare<[string, string, number], { id: string }>((db, storeId, after, limit) =>
    selectIds(db, storeId, limit).where('id', '>', after).orderBy('id', 'asc'),
  ),
  desc: prepare<[string, string, number], { id: string }>((db, storeId, after, limit) =>
    selectIds(db, storeId, limit).where('id', '<', after).orderBy('id', 'desc'),
  ),
}

function selectIds(db: Executor, storeId: string, limit: number) {
  return db.selectFrom('profile').select('id').where('store_id', '=', storeId).limit(limit)
}

/** Behind every id: `~` sorts after all its characters. */
const LAST = '~'

export async function selectProfileIds(executor: Executor, scope: StoreScope, page: PageRequest): Promise<string[]> {
  const after = page.after ?? (page.order === 'asc' ? '' : LAST)
  const rows = await listFrom[page.order](executor, scope.storeId, after, page.limit)
  return rows.map((row) => row.id)
}

/** Inserts profiles and replaces the traits of those that exist; creation time and memory version stay. */
export function upsertProfiles(scope: StoreScope, profiles: readonly ProfileRow[]): CompiledQuery[] {
  return insertRows(
    'profile',
    ['store_id', 'id', 'traits', 'trait_facts', 'created_at', 'updated_at'],
    profiles.map((profile) => [
      scope.storeId,
      profile.id,
      profile.traits,
      profile.facts,
      profile.createdAt,
      profile.updatedAt,
    ]),
    { conflict: { key: ['store_id', 'id'], update: ['traits', 'trait_facts', 'updated_at'] } },
  )
}

export function deleteProfiles(executor: Executor, scope: StoreScope, ids: readonly string[]): CompiledQuery {
  return executor.deleteFrom('profile').where('store_id', '=', scope.storeId).where('id', 'in', ids).compile()
}
