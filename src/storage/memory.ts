import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import { eraseDeletions } from './memory-deletion.js'
import { insertRows } from './statement.js'
import type { Executor } from './tables.js'

/** What observations and summaries of a profile have in common. */
export type MemoryKind = 'observation' | 'summary'

/** A row with the profile it belongs to. */
export type Owned<Row> = Row & { readonly profileId: string }

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
