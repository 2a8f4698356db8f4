import type { Compilable, CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import { eraseDeletions } from './memory-deletion.js'
import { insertRows, padList, prepare, prepareQuery, prepareShapes, readOne } from './statement.js'
import type { Executor } from './tables.js'

/** What observations and summaries of a profile have in common. */
export type MemoryKind = 'observation' | 'summary'

/** A row with the profile it belongs to. */
export type Owned<Row> = Row & { readonly profileId: string }

/** How far the memories of a profile are: an index of the same epoch can be brought up to the version. */
export interface MemoryVersion {
  version: number
  epoch: number
}

const selectMemoryVersion = prepare<[string, string], { memory_version: number; memory_epoch: number }>(
  (db, storeId, id) =>
    db
      .selectFrom('profile')
      .select(['memory_version', 'memory_epoch'])
      .where('store_id', '=', storeId)
      .where('id', '=', id),
)

/** Nothing when there is no such canonical profile. */
export async function findMemoryVersion(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
): Promise<MemoryVersion | undefined> {
  const [row] = await selectMemoryVersion(executor, scope.storeId, profileId)
  return row && { version: row.memory_version, epoch: row.memory_epoch }
}

const lockVersion = prepare<[string, string], { memory_version: number; memory_epoch: number }>((db, storeId, id) =>
  db
    .selectFrom('profile')
    .select(['memory_version', 'memory_epoch'])
    .where('store_id', '=', storeId)
    .where('id', '=', id)
    .forUpdate(),
)

/**
 * The memory version of a profile, held until the end of the transaction: who changes memories is alone with the
 * profile, so that versions are committed in their order. Nothing when there is no such canonical profile.
 */
export async function lockMemoryVersion(
  trx: Executor,
  scope: StoreScope,
  profileId: string,
): Promise<MemoryVersion | undefined> {
  const [row] = await lockVersion(trx, scope.storeId, profileId)
  return row && { version: row.memory_version, epoch: row.memory_epoch }
}

/** Versions of those of the profiles that are canonical ones, by id; held, in the order of the ids. */
export async function lockMemoryVersions(
  trx: Executor,
  scope: StoreScope,
  profileIds: readonly string[],
): Promise<Map<string, MemoryVersion>> {
  if (profileIds.length === 0) return new Map()
  const padded = padList(profileIds)
  const query = shapeLocked(String(padded.length), [scope.storeId, ...padded], ([storeId = '', ...ids]) =>
    trx
      .selectFrom('profile')
      .select(['id', 'memory_version', 'memory_epoch'])
      .where('store_id', '=', storeId)
      .where('id', 'in', ids)
      .orderBy('id')
      .forUpdate(),
  )
  return readOne(trx, { query, toResult: toVersions })
}

const shapeLocked = prepareShapes()

function toVersions(
  rows: readonly { id: string; memory_version: number; memory_epoch: number }[],
): Map<string, MemoryVersion> {
  return new Map(rows.map((row) => [row.id, { version: row.memory_version, epoch: row.memory_epoch }]))
}

const raise = prepareQuery<[versions: number, epochs: number, storeId: string, id: string], never>(
  (db, versions, epochs, storeId, id) =>
    db
      .updateTable('profile')
      .set((e) => ({
        memory_version: e('memory_version', '+', versions),
        memory_epoch: e('memory_epoch', '+', epochs),
      }))
      .where('store_id', '=', storeId)
      .where('id', '=', id) as unknown as Compilable<never>,
)

/**
 * Raises the memory version of a profile.
 *
 * @param by how many changes it had
 * @param rebuild whether memories came by a merge, so that indexes must be made anew
 */
export function raiseMemoryVersion(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  { by = 1, rebuild }: { by?: number; rebuild: boolean },
): CompiledQuery {
  return raise(executor, by, rebuild ? 1 : 0, scope.storeId, profileId)
}

/** Tables whose rows say with which memory version they were written. */
const CHANGED = ['observation', 'summary', 'memory_vector'] as const

/**
 * Raises the memory version of a profile that got memories by a merge: beyond their changes, so that indexes which have
 * them need not ask for them again, and in a new epoch, so that indexes are made anew.
 */
export function raiseMemoryVersionByMerge(executor: Executor, scope: StoreScope, profileId: string): CompiledQuery[] {
  const raiseTo = (table: (typeof CHANGED)[number]) => {
    const newest = executor
      .selectFrom(table)
      .select((e) => e.fn.max('change').as('change'))
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
    return executor
      .updateTable('profile')
      .set((e) => ({ memory_version: e.fn.coalesce(newest, e.lit(0)) }))
      .where('store_id', '=', scope.storeId)
      .where('id', '=', profileId)
      .where('memory_version', '<', newest)
      .compile()
  }
  return [...CHANGED.map(raiseTo), raiseMemoryVersion(executor, scope, profileId, { rebuild: true })]
}

const TABLES = [
  'observation',
  'observation_conversation',
  'observation_revision',
  'summary',
  'memory_vector',
  'encoding_queue',
] as const

/**
 * Gives all memories of one profile to another, with everything that hangs on them. What is noted of its deletions goes:
 * indexes of the other are made anew.
 */
export function moveMemories(executor: Executor, scope: StoreScope, from: string, to: string): CompiledQuery[] {
  return [
    ...TABLES.map((table) =>
      executor
        .updateTable(table)
        .set({ profile_id: to })
        .where('store_id', '=', scope.storeId)
        .where('profile_id', '=', from)
        .compile(),
    ),
    eraseDeletions(executor, scope, from),
  ]
}

/** Erases all memories of a profile with everything that hangs on them. */
export function eraseMemories(executor: Executor, scope: StoreScope, profileId: string): CompiledQuery[] {
  return [
    ...TABLES.map((table) =>
      executor.deleteFrom(table).where('store_id', '=', scope.storeId).where('profile_id', '=', profileId).compile(),
    ),
    eraseDeletions(executor, scope, profileId),
  ]
}

export interface QueuedText {
  storeId: string
  profileId: string
  memoryId: string
  kind: MemoryKind
  change: number
}

/** Queues memories for encoding; one that is queued already is queued anew. */
export function queueForEncoding(
  scope: StoreScope,
  texts: readonly Owned<{ id: string; kind: MemoryKind; change: number }>[],
): CompiledQuery[] {
  return insertRows(
    'encoding_queue',
    ['store_id', 'memory_id', 'profile_id', 'kind', 'change', 'claimed_until'],
    texts.map(({ id, profileId, kind, change }) => [scope.storeId, id, profileId, kind, change, 0]),
    { conflict: { key: ['store_id', 'memory_id'], update: ['profile_id', 'kind', 'change', 'claimed_until'] } },
  )
}

/** Whether any store has an observation or a summary. */
export async function hasMemories(executor: Executor): Promise<boolean> {
  const observation = await executor.selectFrom('observation').select('id').limit(1).executeTakeFirst()
  const summary = await executor.selectFrom('summary').select('id').limit(1).executeTakeFirst()
  return observation !== undefined || summary !== undefined
}

/** Where a page of all memories of a store begins. */
export interface MemoryKey {
  profileId: string
  id: string
}

/** Memories of a store in pages by profile and id, for work on all of them. */
export async function selectMemoryKeys(
  executor: Executor,
  scope: StoreScope,
  kind: MemoryKind,
  after: MemoryKey,
  limit: number,
): Promise<(MemoryKey & { change: number })[]> {
  const rows = await executor
    .selectFrom(kind)
    .select(['profile_id', 'id', 'change'])
    .where('store_id', '=', scope.storeId)
    .where((e) =>
      e.or([
        e('profile_id', '>', after.profileId),
        e.and([e('profile_id', '=', after.profileId), e('id', '>', after.id)]),
      ]),
    )
    .orderBy('profile_id')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ profileId: row.profile_id, id: row.id, change: row.change }))
}

/** Ids of the conversations that memories of a profile came from. */
export async function selectConversationIds(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
): Promise<string[]> {
  const rows = await executor
    .selectFrom('observation_conversation')
    .select('conversation_id')
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .union(
      executor
        .selectFrom('summary')
        .select('conversation_id')
        .where('store_id', '=', scope.storeId)
        .where('profile_id', '=', profileId),
    )
    .execute()
  return rows.map((row) => row.conversation_id)
}

/** Erases the vectors of a memory and takes it off the queue. */
export function eraseVectors(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  memoryId: string,
): CompiledQuery[] {
  return [
    executor
      .deleteFrom('memory_vector')
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
      .where('memory_id', '=', memoryId)
      .compile(),
    executor
      .deleteFrom('encoding_queue')
      .where('store_id', '=', scope.storeId)
      .where('memory_id', '=', memoryId)
      .compile(),
  ]
}
