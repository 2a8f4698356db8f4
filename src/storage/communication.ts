import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import type { PageRequest } from './page.js'
import { insertRows } from './statement.js'
import type { Executor } from './tables.js'

export interface CommunicationRow {
  id: string
  /** Milliseconds since the epoch. */
  sentAt: number
  /** The communication as JSON text. */
  data: string
}

/** Inserts communications; one whose id is known replaces what was there. */
export function upsertCommunications(
  scope: StoreScope,
  conversationId: string,
  rows: readonly CommunicationRow[],
): CompiledQuery[] {
  return insertRows(
    'communication',
    ['store_id', 'conversation_id', 'id', 'sent_at', 'data'],
    rows.map((row) => [scope.storeId, conversationId, row.id, row.sentAt, row.data]),
    { conflict: { key: ['store_id', 'conversation_id', 'id'], update: ['sent_at', 'data'] } },
  )
}

/** Where a page of communications begins. */
export type CommunicationCursor = [sentAt: number, id: string]

export async function selectCommunications(
  executor: Executor,
  scope: StoreScope,
  conversationId: string,
  { after, limit, order }: PageRequest<CommunicationCursor>,
): Promise<CommunicationRow[]> {
  const beyond = order === 'asc' ? '>' : '<'
  let query = executor
    .selectFrom('communication')
    .select(['id', 'sent_at', 'data'])
    .where('store_id', '=', scope.storeId)
    .where('conversation_id', '=', conversationId)
  if (after !== undefined) {
    const [sentAt, id] = after
    query = query.where((e) =>
      e.or([e('sent_at', beyond, sentAt), e.and([e('sent_at', '=', sentAt), e('id', beyond, id)])]),
    )
  }
  const rows = await query.orderBy('sent_at', order).orderBy('id', order).limit(limit).execute()
  return rows.map((row) => ({ id: row.id, sentAt: row.sent_at, data: row.data }))
}
