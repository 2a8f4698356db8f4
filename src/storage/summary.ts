import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import type { Owned } from './memory.js'
import type { PageRequest } from './page.js'
import { insertRows } from './statement.js'
import type { Executor, Tables } from './tables.js'

export interface SummaryRow {
  id: string
  conversationId: string
  content: string
  source: string | undefined
  occurredAt: number
  createdAt: number
  updatedAt: number
  change: number
}

const COLUMNS = [
  'id',
  'conversation_id',
  'content',
  'source',
  'occurred_at',
  'created_at',
  'updated_at',
  'change',
] as const

function toSummary(row: Pick<Tables['summary'], (typeof COLUMNS)[number]>): SummaryRow {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    content: row.content,
    source: row.source ?? undefined,
    occurredAt: row.occurred_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    change: row.change,
  }
}

export function insertSummaries(scope: StoreScope, rows: readonly Owned<SummaryRow>[]): CompiledQuery[] {
  return insertRows(
    'summary',
    ['store_id', 'profile_id', 'origin_profile_id', ...COLUMNS],
    rows.map((row) => [
      scope.storeId,
      row.profileId,
      row.profileId,
      row.id,
      row.conversationId,
      row.content,
      row.source ?? null,
      row.occurredAt,
      row.createdAt,
      row.updatedAt,
      row.change,
    ]),
  )
}

export async function findSummary(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  id: string,
): Promise<SummaryRow | undefined> {
  const [row] = await selectSummaries(executor, scope, profileId, [id])
  return row
}

export async function selectSummaries(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  ids: readonly string[],
): Promise<SummaryRow[]> {
  if (ids.length === 0) return []
  const rows = await executor
    .selectFrom('summary')
    .select(COLUMNS)
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .where('id', 'in', ids)
    .execute()
  return rows.map(toSummary)
}

export async function selectSummaryPage(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  conversationId: string | undefined,
  { after, limit, order }: PageRequest,
): Promise<SummaryRow[]> {
  let query = executor
    .selectFrom('summary')
    .select(COLUMNS)
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
  if (conversationId !== undefined) query = query.where('conversation_id', '=', conversationId)
  if (after !== undefined) query = query.where('id', order === 'asc' ? '>' : '<', after)
  const rows = await query.orderBy('id', order).limit(limit).execute()
  return rows.map(toSummary)
}

export function updateSummary(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  row: SummaryRow,
): CompiledQuery {
  return executor
    .updateTable('summary')
    .set({
      conversation_id: row.conversationId,
      content: row.content,
      source: row.source ?? null,
      occurred_at: row.occurredAt,
      updated_at: row.updatedAt,
      change: row.change,
    })
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .where('id', '=', row.id)
    .compile()
}

export function eraseSummary(executor: Executor, scope: StoreScope, profileId: string, id: string): CompiledQuery {
  return executor
    .deleteFrom('summary')
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .where('id', '=', id)
    .compile()
}
