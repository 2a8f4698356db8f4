import { beforeAll, describe, expect, it } from 'vitest'
import { communicationInput } from '../conformance/world.js'
import {
  contentsOf,
  conversationId,
  createMemoryProfile,
  type MemoryProfile,
  observation,
  observe,
} from '../support/memory.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()
let profile: MemoryProfile
const LAMP_TALK = conversationId(1)
const LONG_TALK = conversationId(2)
const SILENT_TALK = conversationId(3)
const UNKNOWN_TALK = conversationId(4)

const recall = async (input: object) => (await api('POST', profile.recall, input)).body
const textsOf = (communications: { content: { text: string } }[]) => communications.map(({ content }) => content.text)

async function talk(id: string, ...communications: { text?: string; type?: string }[]): Promise<void> {
  const sent = communications.map(({ text, type = 'CUSTOMER' }, index) => {
    const input = communicationInput(`${id.slice(-1)}${index + 100}`)
    const createdAt = new Date(Date.UTC(2026, 0, 5, 10, index)).toISOString()
    return { ...input, createdAt, content: text === undefined ? {} : { text }, author: { ...input.author, type } }
  })
  const path = `/recollect/v1/Stores/${store()}/Conversations/${id}/Communications`
  const { status, body } = await api('POST', path, { communications: sent })
  if (status !== 202) throw new Error(JSON.stringify(body))
}

beforeAll(async () => {
  profile = await createMemoryProfile(api, store())
  const day = (date: number) => ({ occurredAt: `2026-03-0${date}T00:00:00Z` })
  await observe(
    api,
    profile,
    observation('Owns a blue lamp', day(1)),
    observation('Plays the trumpet', day(2)),
    observation('Works at the station', day(3)),
  )
  await talk(
    LAMP_TALK,
    { text: 'Good morning' },
    { text: 'My lamp is dark' },
    { text: 'Which lamp?', type: 'AI_AGENT' },
  )
  await talk(
    LONG_TALK,
    ...Array.from({ length: 12 }, (_, index) => ({ text: index < 2 ? 'trumpet trumpet' : 'the station' })),
  )
  await talk(SILENT_TALK, {}, { text: ' ' })
})

describe('a conversation without a query', () => {
  it('makes the query of what is said in it', async () => {
    const { observations } = await recall({ conversationId: LAMP_TALK })
    expect(observations[0]).toMatchObject({ content: 'Owns a blue lamp', score: expect.any(Number) })
    expect(contentsOf((await recall({ conversationId: LAMP_TALK, query: ' ' })).observations)[0]).toBe(
      'Owns a blue lamp',
    )
  })

  it('is newest first without scores when nothing is known of it', async () => {
    for (const id of [UNKNOWN_TALK, SILENT_TALK]) {
      const { observations } = await recall({ conversationId: id })
      expect(contentsOf(observations)).toEqual(['Works at the station', 'Plays the trumpet', 'Owns a blue lamp'])
      expect(observations.some((one: object) => 'score' in one)).toBe(false)
    }
  })

  it('looks at the last ten communications, no further', async () => {
    const { hits } = (await api('POST', profile.explain, { conversationId: LONG_TALK })).body
    expect(hits[0].content).toBe('Works at the station')
    expect(hits.flatMap((hit: { matchedTerms: string[] }) => hit.matchedTerms)).not.toContain('trumpet')
  })

  it('gives way to a query', async () => {
    const { observations } = await recall({ conversationId: LAMP_TALK, query: 'trumpet' })
    expect(observations[0].content).toBe('Plays the trumpet')
  })
})

describe('communications', () => {
  it('are the latest of the conversation in the order they were said, none unless asked for', async () => {
    expect((await recall({ conversationId: LAMP_TALK })).communications).toEqual([])
    const two = await recall({ conversationId: LAMP_TALK, communicationsLimit: 2 })
    expect(textsOf(two.communications)).toEqual(['My lamp is dark', 'Which lamp?'])
    const all = await recall({ conversationId: LONG_TALK, query: 'lamp', communicationsLimit: 100 })
    expect(all.communications).toHaveLength(12)
  })

  it('cannot be asked for without a conversation', async () => {
    const answer = await api('POST', profile.recall, { query: 'lamp', communicationsLimit: 1 })
    expectRefusal(answer, 400)
    expect(answer.body.message).toBe('conversation_id is required when communications_limit is greater than 0')
    expect((await api('POST', profile.recall, { query: 'lamp', communicationsLimit: 0 })).status).toBe(200)
  })
})
