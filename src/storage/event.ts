import type { CompiledQuery } from 'kysely'
import { insertRows } from './statement.js'

/** A change, for the outbox. Names and ids only. */
export interface EventRow {
  id: string
  type: string
  subjectId: string
  requestId: string
  /** SID of the credential it was done with. */
  actor: string
  operation: string
  clientAddress: string
  data: Record<string, unknown>
  createdAt: number
}

export function insertEvents(storeId: string, events: readonly EventRow[]): CompiledQuery[] {
  return insertRows(
    'event',
    [
      'store_id',
      'id',
      'type',
      'subject_id',
      'request_id',
      'actor',
      'operation',
      'client_address',
      'data',
      'created_at',
    ],
    events.map((event) => [
      storeId,
      event.id,
      event.type,
      event.subjectId,
      event.requestId,
      event.actor,
      event.operation,
      event.clientAddress,
      JSON.stringify(event.data),
      event.createdAt,
    ]),
  )
}
