// What recall's indexes read of memories: page by page, because a profile may have any number of them.

import type { StoreScope } from '../scope.js'
import type { MemoryKind } from './memory.js'
import { prepare } from './statement.js'
import type { Executor } from './tables.js'

/** A memory as an index needs it. Times in milliseconds since the epoch. */
export interface IndexedMemoryRow {
  readonly id: string
  readonly content: string
  readonly occurredAt: number
  readonly conversationIds: readonly string[]
  /** The memory version with which it was written. */
  readonly change: number
}

/** Rows of a page come behind this, in the order of changes. */
export interface ChangeKey {
  readonly change: number
  readonly id: string
}

/** Before everything that was written after a change. */
export function behindChange(change: number): ChangeKey {
  return { change: change + 1, id: '' }
}

interface ObservationColumns {
  id: string
  content: string
  occurred_at: number
  conversation_ids: string
  change: number
}

interface SummaryColumns {
  id: string
  content: string
  occurred_at: number
  conversation_id: string
  change: number
}

const OBSERVATION = ['id', 'content', 'occurred_at', 'conversation_ids', 'change'] as const
const SUMMARY = ['id', 'content', 'occurred_at', 'conversation_id', 'change'] as const

function fromObservation(row: ObservationColumns): IndexedMemoryRow {
  return {
    id: row.id,
    content: row.content,
    occurredAt: row.occurred_at,
    conversationIds: JSON.parse(row.conversation_ids) as string[],
    change: row.change,
  }
}

function fromSummary(row: SummaryColumns): IndexedMemoryRow {
  return {
    id: row.id,
    content: row.content,
    occurredAt: row.occurred_at,
    conversationIds: [row.conversation_id],
    change: row.change,
  }
}

type PageById = [storeId: string, profileId: string, after: string, limit: number]

const observationsById = prepare<PageById, ObservationColumns>((db, storeId, profileId, after, limit) =>
  db
    .selectFrom('observation')
    .select(OBSERVATION)
    .where('store_id', '=', storeId)
    .where('profile_id', '=', profileId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit),
)

const summariesById = prepare<PageById, SummaryColumns>((db, storeId, profileId, after, limit) =>
  db
    .selectFrom('summary')
    .select(SUMMARY)
    .where('store_id', '=', storeId)
    .where('profile_id', '=', profileId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit),
)

/**
 * A page of all memories of a profile, by id, which is the order they lie in.
 *
 * @param after id of the last one of the page before; empty for the first page
 */
export async function selectIndexedMemories(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  kind: MemoryKind,
  after: string,
  limit: number,
): Promise<IndexedMemoryRow[]> {
  const page = [scope.storeId, profileId, after, limit] as const
  return kind === 'observation'
    ? (await observationsById(executor, ...page)).map(fromObservation)
    : (await summariesById(executor, ...page)).map(fromSummary)
}

type PageByChange = [storeId: string, profileId: string, change: number, id: string, limit: number]

const observationsByChange = prepare<PageByChange, ObservationColumns>((db, storeId, profileId, change, id, limit) =>
  db
    .selectFrom('observation')
    .select(OBSERVATION)
    .where('store_id', '=', storeId)
    .where('profile_id', '=', profileId)
    .where((e) => e(e.refTuple('change', 'id'), '>', e.tuple(change, id)))
    .orderBy('change')
    .orderBy('id')
    .limit(limit),
)

const summariesByChange = prepare<PageByChange, SummaryColumns>((db, storeId, profileId, change, id, limit) =>
  db
    .selectFrom('summary')
    .select(SUMMARY)
    .where('store_id', '=', storeId)
    .where('profile_id', '=', profileId)
    .where((e) => e(e.refTuple('change', 'id'), '>', e.tuple(change, id)))
    .orderBy('change')
    .orderBy('id')
    .limit(limit),
)

/** A page of the memories of a profile that were written behind a key, oldest change first. */
export async function selectIndexedMemoriesSince(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  kind: MemoryKind,
  after: ChangeKey,
  limit: number,
): Promise<IndexedMemoryRow[]> {
  const page = [scope.storeId, profileId, after.change, after.id, limit] as const
  return kind === 'observation'
    ? (await observationsByChange(executor, ...page)).map(fromObservation)
    : (await summariesByChange(executor, ...page)).map(fromSummary)
}
