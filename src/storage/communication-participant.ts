import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import { insertRows } from './statement.js'
import type { Executor } from './tables.js'

interface Participant {
  profileId?: string
  address: string
}

/** A communication of a conversation. */
export interface CommunicationKey {
  conversationId: string
  id: string
}

/** What else an address may be written with, such as `whatsapp:` in front and spaces or dashes in between. */
const CHANNEL_PREFIX = /^[a-z]+:(?=[+\d])/
const PHONE_PUNCTUATION = /[().-]/g
const PHONE = /^\+?[\d().-]+$/

/** The form in which addresses of communications and identifiers of profiles are compared. */
export function addressKey(address: string): string {
  const text = address.replaceAll(/\s+/gu, '').toLowerCase().replace(CHANNEL_PREFIX, '')
  return PHONE.test(text) ? text.replaceAll(PHONE_PUNCTUATION, '') : text
}

/** Everybody who wrote or got a communication, by profile id and by address. @param data the communication as JSON text */
export function participantsOf(data: string): string[] {
  const { author, recipients } = JSON.parse(data) as { author: Participant; recipients: Participant[] }
  const keys = [author, ...recipients].flatMap(({ profileId, address }) => [profileId ?? '', addressKey(address)])
  return [...new Set(keys)].filter((key) => key !== '')
}

/** Enters who takes part in communications, instead of what was entered before. */
export function replaceParticipants(
  executor: Executor,
  scope: StoreScope,
  conversationId: string,
  rows: readonly { id: string; data: string }[],
): CompiledQuery[] {
  const keys = rows.map(({ id }) => ({ conversationId, id }))
  return [
    deleteParticipants(executor, scope, keys),
    ...insertRows(
      'communication_participant',
      ['store_id', 'participant', 'conversation_id', 'communication_id'],
      rows.flatMap(({ id, data }) => participantsOf(data).map((one) => [scope.storeId, one, conversationId, id])),
    ),
  ]
}

function deleteParticipants(executor: Executor, scope: StoreScope, keys: readonly CommunicationKey[]): CompiledQuery {
  return executor
    .deleteFrom('communication_participant')
    .where('store_id', '=', scope.storeId)
    .where((e) =>
      e.or(keys.map(({ conversationId, id }) => e.and({ conversation_id: conversationId, communication_id: id }))),
    )
    .compile()
}

/** Communications in which one of them takes part. @param participants profile ids and address keys */
export async function selectCommunicationsOf(
  executor: Executor,
  scope: StoreScope,
  participants: readonly string[],
): Promise<CommunicationKey[]> {
  if (participants.length === 0) return []
  const rows = await executor
    .selectFrom('communication_participant')
    .select(['conversation_id', 'communication_id'])
    .distinct()
    .where('store_id', '=', scope.storeId)
    .where('participant', 'in', participants)
    .execute()
  return rows.map((row) => ({ conversationId: row.conversation_id, id: row.communication_id }))
}

/** All communications of conversations. */
export async function selectCommunicationKeys(
  executor: Executor,
  scope: StoreScope,
  conversationIds: readonly string[],
): Promise<CommunicationKey[]> {
  if (conversationIds.length === 0) return []
  const rows = await executor
    .selectFrom('communication')
    .select(['conversation_id', 'id'])
    .where('store_id', '=', scope.storeId)
    .where('conversation_id', 'in', conversationIds)
    .execute()
  return rows.map((row) => ({ conversationId: row.conversation_id, id: row.id }))
}

/** Ids of profiles that communications of conversations name, by conversation. */
export async function selectProfilesInConversations(
  executor: Executor,
  scope: StoreScope,
  conversationIds: readonly string[],
): Promise<{ conversationId: string; profileId: string }[]> {
  if (conversationIds.length === 0) return []
  const rows = await executor
    .selectFrom('communication_participant')
    .select(['conversation_id', 'participant'])
    .distinct()
    .where('store_id', '=', scope.storeId)
    .where('conversation_id', 'in', conversationIds)
    .where('participant', 'like', 'mem_profile_%')
    .execute()
  return rows.map((row) => ({ conversationId: row.conversation_id, profileId: row.participant }))
}

const KEYS_PER_STATEMENT = 500

/** Erases communications with what is entered of their participants. */
export function eraseCommunications(
  executor: Executor,
  scope: StoreScope,
  keys: readonly CommunicationKey[],
): CompiledQuery[] {
  const statements: CompiledQuery[] = []
  for (let start = 0; start < keys.length; start += KEYS_PER_STATEMENT) {
    const chunk = keys.slice(start, start + KEYS_PER_STATEMENT)
    const communications = executor
      .deleteFrom('communication')
      .where('store_id', '=', scope.storeId)
      .where((e) => e.or(chunk.map(({ conversationId, id }) => e.and({ conversation_id: conversationId, id }))))
    statements.push(deleteParticipants(executor, scope, chunk), communications.compile())
  }
  return statements
}
