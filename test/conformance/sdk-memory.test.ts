import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { createSdkClient, type Memory, present, refusalOf } from '../support/sdk.js'
import { startServer, type TestServer } from '../support/server.js'
import { CONVERSATION, communicationInput } from './world.js'

let server: TestServer
let memory: Memory
let store: string

beforeAll(async () => {
  server = await startServer()
  memory = createSdkClient(server).memory.v1
  store = await createStore(createApi(server))
})
afterAll(() => server.stop())

async function createProfile(contact: Record<string, string>): Promise<string> {
  return present((await memory.profiles(store).create({ traits: { Contact: contact } })).id)
}

/** The SDK sends dates as they become JSON. */
const observation = (content: string, occurredAt = new Date('2026-01-05T10:00:00Z')) => ({
  content,
  occurredAt,
  source: 'support/agent',
  conversationIds: [CONVERSATION],
})

const summary = (content: string) => ({
  content,
  occurredAt: new Date('2026-01-05T10:00:00Z'),
  source: 'agent notes',
  conversationId: CONVERSATION,
})

describe('observations', () => {
  it('are created all at once, listed newest first over all pages, and fetched', async () => {
    const profile = await createProfile({ chat: 'observed' })
    const observations = memory.observations(store, profile)
    const contents = ['Likes tea', 'Likes trains', 'Likes rain']
    const { message } = await observations.create({ observations: contents.map((content) => observation(content)) })
    expect(message).toBeTypeOf('string')
    const listed = await observations.list({ pageSize: 2 })
    expect(listed.map(({ content }) => content)).toEqual(contents.toReversed())
    const ascending = await observations.list({ pageSize: 2, orderBy: 'ASC' })
    expect(ascending.map(({ id }) => id)).toEqual(listed.map(({ id }) => id).toReversed())
    const fetched = await memory.observations(store, profile, present(listed[0]?.id)).fetch()
    expect(fetched).toMatchObject({ ...observation('Likes rain'), id: listed[0]?.id })
    expect(fetched.createdAt).toBeInstanceOf(Date)
  })

  it('are filtered by source and by time', async () => {
    const profile = await createProfile({ chat: 'filtered' })
    const observations = memory.observations(store, profile)
    await observations.create({ observations: [observation('Likes tea')] })
    const count = async (filter: Parameters<typeof observations.list>[0]) => (await observations.list(filter)).length
    expect(await count({ source: 'support/agent' })).toBe(1)
    expect(await count({ source: 'somebody else' })).toBe(0)
    expect(await count({ createdAfter: new Date('2020-01-01T00:00:00Z') })).toBe(1)
    expect(await count({ createdBefore: new Date('2020-01-01T00:00:00Z') })).toBe(0)
    expect(await count({ conversationId: CONVERSATION })).toBe(1)
  })

  it('keep what they were before a patch as revisions', async () => {
    const profile = await createProfile({ chat: 'revised' })
    await memory.observations(store, profile).create({ observations: [observation('Likes tea')] })
    const [created] = await memory.observations(store, profile).list()
    const id = present(created?.id)
    const one = memory.observations(store, profile, id)
    await one.patch({ content: 'Likes coffee' } as Parameters<typeof one.patch>[0])
    expect((await one.fetch()).content).toBe('Likes coffee')
    const revisions = await memory.revisions(store, profile, id).list({ pageSize: 1 })
    expect(revisions.map((revision) => [revision.id, revision.content])).toEqual([
      [id, 'Likes coffee'],
      [id, 'Likes tea'],
    ])
    await one.remove()
    expect(await refusalOf(one.fetch())).toMatchObject({ status: 404, code: 20404 })
  })

  it('are refused as a whole', async () => {
    const profile = await createProfile({ chat: 'whole' })
    const observations = memory.observations(store, profile)
    const call = observations.create({ observations: [observation('Likes tea'), observation('')] })
    expect(await refusalOf(call)).toMatchObject({ status: 400, code: 520046 })
    expect(await observations.list()).toEqual([])
  })
})

describe('conversation summaries', () => {
  it('are created, listed, fetched, changed and removed', async () => {
    const profile = await createProfile({ chat: 'summarised' })
    const summaries = memory.conversationSummaries(store, profile)
    await summaries.create({ summaries: [summary('Asked for a refund'), summary('Got the refund')] })
    const listed = await summaries.list({ pageSize: 1 })
    expect(listed.map(({ content }) => content).sort()).toEqual(['Asked for a refund', 'Got the refund'])
    const one = memory.conversationSummaries(store, profile, present(listed[0]?.id))
    await one.patch({ content: 'Kept the lamp' } as Parameters<typeof one.patch>[0])
    expect(await one.fetch()).toMatchObject({ content: 'Kept the lamp', conversationId: CONVERSATION })
    await one.remove()
    expect(await refusalOf(one.fetch())).toMatchObject({ status: 404, code: 20404 })
  })
})

describe('recall', () => {
  const request = (body: object) => body as Parameters<ReturnType<Memory['recall']>['create']>[0]

  it('gives the memories that fit a query, best first', async () => {
    const profile = await createProfile({ chat: 'recalled' })
    const contents = ['Prefers phone calls after six', 'Has a dog called Bella', 'Owns a blue lamp']
    await memory.observations(store, profile).create({ observations: contents.map((content) => observation(content)) })
    await memory.conversationSummaries(store, profile).create({ summaries: [summary('Asked for a refund')] })
    const { observations, summaries, communications, meta } = await memory
      .recall(store, profile)
      .create(request({ query: 'What is the name of the dog?' }))
    expect(observations[0]).toMatchObject({ content: 'Has a dog called Bella', score: expect.any(Number) })
    const scores = observations.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => Number(b) - Number(a)))
    expect(summaries).toHaveLength(1)
    expect([communications, meta.queryTime]).toEqual([[], expect.any(Number)])
  })

  it('gives the latest communications of a conversation', async () => {
    const profile = await createProfile({ chat: 'spoken' })
    const path = `/recollect/v1/Stores/${store}/Conversations/${CONVERSATION}/Communications`
    const stored = await createApi(server)('POST', path, { communications: [communicationInput('7')] })
    expect(stored.status).toBe(202)
    const { communications } = await memory
      .recall(store, profile)
      .create(request({ conversationId: CONVERSATION, communicationsLimit: 1 }))
    expect(communications).toMatchObject([{ content: { text: 'Can you call me after six?' } }])
    const refused = memory.recall(store, profile).create(request({ communicationsLimit: 1 }))
    expect((await refusalOf(refused)).message).toBe(
      'conversation_id is required when communications_limit is greater than 0',
    )
  })

  it('refuses the id of a merged profile with the status of the redirect', async () => {
    const canonical = await createProfile({ email: 'joined@example.com' })
    const merged = await createProfile({ chat: 'joined' })
    expect(await createProfile({ email: 'joined@example.com', chat: 'joined' })).toBe(canonical)
    expect(await refusalOf(memory.recall(store, merged).create(request({})))).toMatchObject({ status: 308 })
    const create = memory.observations(store, merged).create({ observations: [observation('Likes tea')] })
    expect(await refusalOf(create)).toMatchObject({ status: 308, message: 'This resource has moved.' })
  })
})
