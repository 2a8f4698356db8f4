import type { Context } from '../context.js'
import type { Communication } from '../contract/communication.js'
import type { Actor, StoreScope } from '../scope.js'
import {
  type CommunicationCursor,
  type CommunicationRow,
  selectCommunications,
  upsertCommunications,
} from '../storage/communication.js'
import { replaceParticipants } from '../storage/communication-participant.js'
import { insertEvents } from '../storage/event.js'
import { runAll } from '../storage/statement.js'
import { createEvent } from './event.js'
import { parseTime } from './memory.js'
import { type Page, type PageQuery, readPage } from './page.js'
import { requireStore } from './store-lock.js'

const MAX_PAGE_ITEMS = 100

/**
 * Stores communications of a conversation (ours, beyond the API); one whose id is known replaces what was there, so that
 * sending them again is harmless.
 *
 * @throws ApiError 400 for a time that does not exist
 */
export async function putCommunications(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  conversationId: string,
  communications: readonly Communication[],
): Promise<void> {
  const now = ctx.now()
  // The last of several with one id stands.
  const rows = new Map(
    communications.map((communication, index): [string, CommunicationRow] => [
      communication.id,
      toRow(communication, `communications[${index}]`, now),
    ]),
  )
  await ctx.db.transaction(
    async (trx) => {
      await requireStore(trx, scope, 'content')
      const events = [...rows.keys()].map((id) =>
        createEvent(ctx, actor, 'communication.created', id, { conversationId }),
      )
      await runAll(trx, [
        ...upsertCommunications(scope, conversationId, [...rows.values()]),
        ...replaceParticipants(trx, scope, conversationId, [...rows.values()]),
        ...insertEvents(scope.storeId, events),
      ])
    },
    { owner: scope },
  )
}

function toRow(communication: Communication, field: string, now: number): CommunicationRow {
  const sentAt = communication.createdAt === undefined ? now : parseTime(`${field}.createdAt`, communication.createdAt)
  const updatedAt = communication.updatedAt && parseTime(`${field}.updatedAt`, communication.updatedAt)
  const stored: Communication = {
    ...communication,
    createdAt: new Date(sentAt).toISOString(),
    ...(updatedAt && { updatedAt: new Date(updatedAt).toISOString() }),
    author: withoutUnknownType(communication.author),
    recipients: communication.recipients.map(withoutUnknownType),
  }
  return { id: communication.id, sentAt, data: JSON.stringify(stored) }
}

/** Agent Connect takes an absent type for unknown and trips over the word. */
function withoutUnknownType<T extends { type?: string | undefined }>({ type, ...participant }: T) {
  return type === undefined || type === 'UNKNOWN' ? (participant as T) : ({ ...participant, type } as unknown as T)
}

/** Communications of a conversation, newest first (ours, beyond the API). */
export async function listCommunications(
  ctx: Context,
  scope: StoreScope,
  conversationId: string,
  query: PageQuery,
): Promise<Page<Communication>> {
  const page = await readPage<CommunicationRow, CommunicationCursor>(ctx, {
    list: { accountSid: scope.accountSid, operationId: 'ListCommunications', parts: [scope.storeId, conversationId] },
    key: 'communications',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (request) => selectCommunications(ctx.db.read, scope, conversationId, request),
    cursorOf: ({ sentAt, id }) => [sentAt, id],
  })
  return { items: page.items.map(({ data }) => JSON.parse(data) as Communication), meta: page.meta }
}

/** The latest communications of a conversation, newest first. */
export async function findLatestCommunications(
  ctx: Pick<Context, 'db'>,
  scope: StoreScope,
  conversationId: string,
  limit: number,
): Promise<Communication[]> {
  if (limit === 0) return []
  const rows = await selectCommunications(ctx.db.read, scope, conversationId, { order: 'desc', limit })
  return rows.map(({ data }) => JSON.parse(data) as Communication)
}
