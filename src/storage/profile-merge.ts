import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import type { PageRequest } from './page.js'
import { insertRows, prepare } from './statement.js'
import type { Executor } from './tables.js'

export interface ProfileMergeRow {
  profileId: string
  survivorId: string
  canonicalId: string
  idType: string
  requestId: string
  actor: string
  mergedAt: number
  createdAt: number
  traits: string
  facts: string
  displaced: string
}

export interface MergedProfile {
  profileId: string
  canonicalId: string
}

const selectMerged = prepare<[string, string], { canonical_id: string }>((db, storeId, profileId) =>
  db
    .selectFrom('profile_merge')
    .select('canonical_id')
    .where('store_id', '=', storeId)
    .where('profile_id', '=', profileId),
)

/** What the ledger says of a merge, without the frozen state. */
export type MergeSummary = Pick<
  ProfileMergeRow,
  'profileId' | 'survivorId' | 'idType' | 'requestId' | 'actor' | 'mergedAt' | 'createdAt'
>

/** Profiles that are part of a canonical one now, ordered by their ids, that is by their age. */
export async function selectMergesInto(
  executor: Executor,
  scope: StoreScope,
  canonicalId: string,
  { after, limit, order }: PageRequest,
): Promise<MergeSummary[]> {
  const rows = await executor
    .selectFrom('profile_merge')
    .select(['profile_id', 'survivor_id', 'id_type', 'request_id', 'actor', 'merged_at', 'created_at'])
    .where('store_id', '=', scope.storeId)
    .where('canonical_id', '=', canonicalId)
    .$if(after !== undefined, (query) => query.where('profile_id', order === 'asc' ? '>' : '<', after ?? ''))
    .orderBy('profile_id', order)
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    profileId: row.profile_id,
    survivorId: row.survivor_id,
    idType: row.id_type,
    requestId: row.request_id,
    actor: row.actor,
    mergedAt: row.merged_at,
    createdAt: row.created_at,
  }))
}

/** Where a merged profile is now; nothing when the id was never merged. */
export async function findCanonicalId(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
): Promise<string | undefined> {
  const [row] = await selectMerged(executor, scope.storeId, profileId)
  return row?.canonical_id
}

/** Ids of all profiles that are part of a canonical one now. */
export async function selectMergedIds(executor: Executor, scope: StoreScope, canonicalId: string): Promise<string[]> {
  const rows = await executor
    .selectFrom('profile_merge')
    .select('profile_id')
    .where('store_id', '=', scope.storeId)
    .where('canonical_id', '=', canonicalId)
    .execute()
  return rows.map((row) => row.profile_id)
}

export async function selectMergedProfiles(
  executor: Executor,
  scope: StoreScope,
  profileIds: readonly string[],
): Promise<MergedProfile[]> {
  if (profileIds.length === 0) return []
  const rows = await executor
    .selectFrom('profile_merge')
    .select(['profile_id', 'canonical_id'])
    .where('store_id', '=', scope.storeId)
    .where('profile_id', 'in', profileIds)
    .execute()
  return rows.map((row) => ({ profileId: row.profile_id, canonicalId: row.canonical_id }))
}

export function insertMerges(scope: StoreScope, merges: readonly ProfileMergeRow[]): CompiledQuery[] {
  return insertRows(
    'profile_merge',
    [
      'store_id',
      'profile_id',
      'survivor_id',
      'canonical_id',
      'id_type',
      'request_id',
      'actor',
      'merged_at',
      'created_at',
      'traits',
      'trait_facts',
      'displaced',
    ],
    merges.map((merge) => [
      scope.storeId,
      merge.profileId,
      merge.survivorId,
      merge.canonicalId,
      merge.idType,
      merge.requestId,
      merge.actor,
      merge.mergedAt,
      merge.createdAt,
      merge.traits,
      merge.facts,
      merge.displaced,
    ]),
  )
}

/** Keeps chains flat: what led to `from` leads to `to`. */
export function redirectMerges(executor: Executor, scope: StoreScope, from: string, to: string): CompiledQuery {
  return executor
    .updateTable('profile_merge')
    .set({ canonical_id: to })
    .where('store_id', '=', scope.storeId)
    .where('canonical_id', '=', from)
    .compile()
}

/** Frozen traits of merged profiles, in pages by id. */
export async function selectFrozenTraits(
  executor: Executor,
  scope: StoreScope,
  after: string,
  limit: number,
): Promise<{ id: string; traits: string; facts: string; displaced: string }[]> {
  const rows = await executor
    .selectFrom('profile_merge')
    .select(['profile_id', 'traits', 'trait_facts', 'displaced'])
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '>', after)
    .orderBy('profile_id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.profile_id,
    traits: row.traits,
    facts: row.trait_facts,
    displaced: row.displaced,
  }))
}

export function updateFrozenTraits(
  executor: Executor,
  scope: StoreScope,
  { id, traits, facts, displaced }: { id: string; traits: string; facts: string; displaced: string },
): CompiledQuery {
  return executor
    .updateTable('profile_merge')
    .set({ traits, trait_facts: facts, displaced })
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', id)
    .compile()
}

export function deleteMergesInto(executor: Executor, scope: StoreScope, canonicalId: string): CompiledQuery {
  return executor
    .deleteFrom('profile_merge')
    .where('store_id', '=', scope.storeId)
    .where('canonical_id', '=', canonicalId)
    .compile()
}
