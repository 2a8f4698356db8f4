import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import type { Owned } from './memory.js'
import type { PageRequest } from './page.js'
import { insertRows } from './statement.js'
import type { Executor, Tables } from './tables.js'

/** A state of an observation. */
export interface ObservationRow {
  id: string
  content: string
  source: string
  occurredAt: number
  conversationIds: string[]
  createdAt: number
  updatedAt: number
  change: number
}

const STATE_COLUMNS = [
  'content',
  'source',
  'occurred_at',
  'conversation_ids',
  'created_at',
  'updated_at',
  'change',
] as const

function toObservation(id: string, row: Pick<Tables['observation'], (typeof STATE_COLUMNS)[number]>): ObservationRow {
  return {
    id,
    content: row.content,
    source: row.source,
    occurredAt: row.occurred_at,
    conversationIds: JSON.parse(row.conversation_ids) as string[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    change: row.change,
  }
}

function stateValues(row: ObservationRow): (string | number)[] {
  return [
    row.content,
    row.source,
    row.occurredAt,
    JSON.stringify(row.conversationIds),
    row.createdAt,
    row.updatedAt,
    row.change,
  ]
}

/** Inserts observations with their conversations. */
export function insertObservations(scope: StoreScope, rows: readonly Owned<ObservationRow>[]): CompiledQuery[] {
  return [
    ...insertRows(
      'observation',
      ['store_id', 'profile_id', 'id', 'origin_profile_id', ...STATE_COLUMNS],
      rows.map((row) => [scope.storeId, row.profileId, row.id, row.profileId, ...stateValues(row)]),
    ),
    ...linkConversations(scope, rows),
  ]
}

function linkConversations(scope: StoreScope, rows: readonly Owned<ObservationRow>[]): CompiledQuery[] {
  return insertRows(
    'observation_conversation',
    ['store_id', 'profile_id', 'conversation_id', 'observation_id'],
    rows.flatMap((row) =>
      [...new Set(row.conversationIds)].map((conversation) => [scope.storeId, row.profileId, conversation, row.id]),
    ),
  )
}

export async function findObservation(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  id: string,
): Promise<ObservationRow | undefined> {
  const row = await executor
    .selectFrom('observation')
    .select(STATE_COLUMNS)
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toObservation(id, row)
}

export async function selectObservations(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  ids: readonly string[],
): Promise<ObservationRow[]> {
  if (ids.length === 0) return []
  const rows = await executor
    .selectFrom('observation')
    .select(['id', ...STATE_COLUMNS])
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .where('id', 'in', ids)
    .execute()
  return rows.map((row) => toObservation(row.id, row))
}

/** Filters of a list; times in milliseconds since the epoch. */
export interface ObservationFilter {
  source?: string | undefined
  createdAfter?: number | undefined
  createdBefore?: number | undefined
  conversationId?: string | undefined
}

export async function selectObservationPage(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  filter: ObservationFilter,
  { after, limit, order }: PageRequest,
): Promise<ObservationRow[]> {
  const { source, createdAfter, createdBefore, conversationId } = filter
  let query = executor
    .selectFrom('observation')
    .select(['id', ...STATE_COLUMNS])
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
  if (source !== undefined) query = query.where('source', '=', source)
  if (createdAfter !== undefined) query = query.where('created_at', '>=', createdAfter)
  if (createdBefore !== undefined) query = query.where('created_at', '<', createdBefore)
  if (after !== undefined) query = query.where('id', order === 'asc' ? '>' : '<', after)
  if (conversationId !== undefined) {
    query = query.where('id', 'in', (e) =>
      e
        .selectFrom('observation_conversation')
        .select('observation_id')
        .where('store_id', '=', scope.storeId)
        .where('profile_id', '=', profileId)
        .where('conversation_id', '=', conversationId),
    )
  }
  const rows = await query.orderBy('id', order).limit(limit).execute()
  return rows.map((row) => toObservation(row.id, row))
}

/** Replaces the state of an observation and keeps the one before as a revision. */
export function replaceObservation(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  { before, after }: { before: ObservationRow; after: ObservationRow },
): CompiledQuery[] {
  return [
    ...insertRows(
      'observation_revision',
      ['store_id', 'profile_id', 'observation_id', ...STATE_COLUMNS],
      [[scope.storeId, profileId, before.id, ...stateValues(before)]],
    ),
    executor
      .updateTable('observation')
      .set({
        content: after.content,
        source: after.source,
        occurred_at: after.occurredAt,
        conversation_ids: JSON.stringify(after.conversationIds),
        updated_at: after.updatedAt,
        change: after.change,
      })
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
      .where('id', '=', after.id)
      .compile(),
    unlinkConversations(executor, scope, profileId, after.id),
    ...linkConversations(scope, [{ ...after, profileId }]),
  ]
}

function unlinkConversations(executor: Executor, scope: StoreScope, profileId: string, id: string): CompiledQuery {
  return executor
    .deleteFrom('observation_conversation')
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .where('observation_id', '=', id)
    .compile()
}

/** Erases an observation with its revisions and links. */
export function eraseObservation(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  id: string,
): CompiledQuery[] {
  return [
    executor
      .deleteFrom('observation')
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
      .where('id', '=', id)
      .compile(),
    executor
      .deleteFrom('observation_revision')
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
      .where('observation_id', '=', id)
      .compile(),
    unlinkConversations(executor, scope, profileId, id),
  ]
}

/** Past states, ordered by when they were written. */
export async function selectRevisions(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  id: string,
  { after, limit, order }: PageRequest<number>,
): Promise<ObservationRow[]> {
  const rows = await executor
    .selectFrom('observation_revision')
    .select(STATE_COLUMNS)
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .where('observation_id', '=', id)
    .$if(after !== undefined, (query) => query.where('change', order === 'asc' ? '>' : '<', after ?? 0))
    .orderBy('change', order)
    .limit(limit)
    .execute()
  return rows.map((row) => toObservation(id, row))
}
