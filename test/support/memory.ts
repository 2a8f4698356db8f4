import type { Api } from './api.js'
import { createProfile } from './profile.js'

let profiles = 0

/** A profile of its own in a store, with the paths of what belongs to it. */
export interface MemoryProfile {
  readonly id: string
  readonly url: string
  readonly observations: string
  readonly summaries: string
  readonly recall: string
  readonly explain: string
}

export async function createMemoryProfile(api: Api, store: string): Promise<MemoryProfile> {
  profiles += 1
  return pathsOf(store, await createProfile(api, store, { Contact: { chat: `remembered-${process.pid}-${profiles}` } }))
}

export function pathsOf(store: string, id: string): MemoryProfile {
  const url = `/v1/Stores/${store}/Profiles/${id}`
  return {
    id,
    url,
    observations: `${url}/Observations`,
    summaries: `${url}/ConversationSummaries`,
    recall: `${url}/Recall`,
    explain: `/recollect${url}/Recall/Explain`,
  }
}

/** An id of a conversation. */
export function conversationId(number: number): string {
  return `conv_conversation_${String(number).padStart(26, '0')}`
}

/** An observation as it is sent. */
export function observation(content: string, more: Record<string, unknown> = {}) {
  return { content, occurredAt: '2026-01-05T10:00:00Z', source: 'notes', ...more }
}

/** A summary as it is sent. */
export function summary(content: string, more: Record<string, unknown> = {}) {
  return { ...observation(content), conversationId: conversationId(1), ...more }
}

/** Writes observations one after the other, so that their order is known; texts or whole ones. */
export async function observe(api: Api, profile: MemoryProfile, ...all: (string | ReturnType<typeof observation>)[]) {
  for (let start = 0; start < all.length; start += 10) {
    const observations = all.slice(start, start + 10).map((one) => (typeof one === 'string' ? observation(one) : one))
    const { status, body } = await api('POST', profile.observations, { observations })
    if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`)
  }
}

/** Contents of the memories of an answer, in order. */
export function contentsOf(memories: readonly { content: string }[]): string[] {
  return memories.map(({ content }) => content)
}
