import { beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../support/api.js'
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
beforeEach(async () => {
  profile = await createMemoryProfile(api, store())
})

const list = (query = '', path = profile.observations): Promise<Answer> => api('GET', `${path}${query}`)
const create = (body: unknown) => api('POST', profile.observations, body)
const contents = async (query = '') => contentsOf((await list(query)).body.observations)
const firstId = async (): Promise<string> => (await list()).body.observations[0].id

describe('creating', () => {
  it('wants the wrapper, and nothing beside it', async () => {
    const one = observation('Likes tea')
    const wrong = [[one], one, {}, { observations: one }, { observations: [] }, { observations: [one], more: 1 }, null]
    for (const body of wrong) expectRefusal(await create(body), 400)
    expect(await contents()).toEqual([])
  })

  it('takes ten at once and refuses eleven', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => observation(`Likes tea ${index}`))
    expectRefusal(await create({ observations: many(11) }), 400)
    expect(await contents()).toEqual([])
    expect((await create({ observations: many(10) })).status).toBe(202)
    expect(await contents()).toHaveLength(10)
  })

  it('stores none when one of them is refused, and says which', async () => {
    const wrong = {
      content: ['x'.repeat(4097), '', 5],
      occurredAt: ['2026-01-05T10:00:00', '2026-01-05', '2026-02-30T10:00:00Z', 'yesterday', 1_767_000_000],
      source: ['no, comma', '', 'ümlaut', 'x'.repeat(101)],
      conversationIds: [['x'], 'x', Array.from({ length: 11 }, (_, index) => conversationId(index))],
    }
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        const observations = [observation('Likes tea'), observation('Likes rain', { [field]: value })]
        expectRefusal(await create({ observations }), 400, undefined, new RegExp(`observations\\[1\\]\\.?.*${field}`))
      }
    }
    expect(await contents()).toEqual([])
  })

  it('keeps a text as it came and a time in UTC', async () => {
    const content = 'Zwei\nZeilen, „Anführung“ 🫖 and \\ 猫'
    await observe(
      api,
      profile,
      observation(content, { occurredAt: '2026-01-05T23:30:00.5-08:00', source: 'a/b c_d-e.f' }),
    )
    const [stored] = (await list()).body.observations
    expect(stored).toEqual({
      id: expect.stringMatching(/^mem_observation_[0-7][0-9a-hjkmnp-tv-z]{25}$/),
      content,
      occurredAt: '2026-01-06T07:30:00.500Z',
      source: 'a/b c_d-e.f',
      createdAt: expect.any(String),
      updatedAt: stored.createdAt,
    })
  })

  it('gives ids that follow the order of writing', async () => {
    await observe(api, profile, 'one', 'two', 'three')
    await observe(api, profile, 'four')
    const ids = (await list('?orderBy=ASC')).body.observations.map(({ id }: { id: string }) => id)
    expect(ids).toEqual(ids.toSorted())
    expect(await contents()).toEqual(['four', 'three', 'two', 'one'])
  })
})

describe('lists', () => {
  it('are filtered by source, conversation and both', async () => {
    const [x, y] = [conversationId(1), conversationId(2)]
    await observe(
      api,
      profile,
      observation('a', { source: 'crm', conversationIds: [x, y] }),
      observation('b', { source: 'crm' }),
      observation('c', { conversationIds: [y] }),
    )
    expect(await contents('?source=crm')).toEqual(['b', 'a'])
    expect(await contents(`?conversationId=${x}`)).toEqual(['a'])
    expect(await contents(`?conversationId=${y}`)).toEqual(['c', 'a'])
    expect(await contents(`?conversationId=${y}&source=notes`)).toEqual(['c'])
    expect(await contents('?source=CRM')).toEqual([])
  })

  it('include createdAfter and leave out createdBefore', async () => {
    await observe(api, profile, 'Likes tea')
    const { createdAt } = (await list()).body.observations[0]
    const next = new Date(Date.parse(createdAt) + 1).toISOString()
    expect(await contents(`?createdAfter=${createdAt}`)).toEqual(['Likes tea'])
    expect(await contents(`?createdAfter=${next}`)).toEqual([])
    expect(await contents(`?createdBefore=${createdAt}`)).toEqual([])
    expect(await contents(`?createdBefore=${next}&createdAfter=${createdAt}`)).toEqual(['Likes tea'])
  })

  it('have pages of at most 50, which together are the whole', async () => {
    await observe(api, profile, ...Array.from({ length: 53 }, (_, index) => `number ${index}`))
    const first = (await list('?pageSize=1000')).body
    expect(first.meta).toMatchObject({ key: 'observations', pageSize: 50, nextToken: expect.any(String) })
    const second = (await list(`?pageSize=1000&pageToken=${first.meta.nextToken}`)).body
    expect(second.meta.nextToken).toBeUndefined()
    const all = contentsOf([...first.observations, ...second.observations])
    expect(all).toEqual(Array.from({ length: 53 }, (_, index) => `number ${52 - index}`))
    const back = (await list(`?pageSize=1000&pageToken=${second.meta.previousToken}`)).body
    expect(back.observations).toEqual(first.observations)
  })

  it('refuse a token of another list or filter', async () => {
    await observe(api, profile, 'one', 'two')
    const { nextToken } = (await list('?pageSize=1&source=notes')).body.meta
    expect((await list(`?pageSize=1&source=notes&pageToken=${nextToken}`)).status).toBe(200)
    expectRefusal(await list(`?pageSize=1&source=crm&pageToken=${nextToken}`), 400)
    const other = await createMemoryProfile(api, store())
    expectRefusal(await list(`?pageSize=1&source=notes&pageToken=${nextToken}`, other.observations), 400)
  })
})

describe('revisions', () => {
  const revisionsOf = (id: string, query = '') => api('GET', `${profile.observations}/${id}/Revisions${query}`)

  it('are full past states, newest first, with the current one before them', async () => {
    await observe(api, profile, 'Likes tea')
    const id = await firstId()
    await api('PATCH', `${profile.observations}/${id}`, { content: 'Likes coffee' })
    await api('PATCH', `${profile.observations}/${id}`, { source: 'crm', conversationIds: [conversationId(3)] })
    const { revisions, meta } = (await revisionsOf(id)).body
    expect(meta.key).toBe('revisions')
    expect(revisions).toMatchObject([
      { id, content: 'Likes coffee', source: 'crm', conversationIds: [conversationId(3)] },
      { id, content: 'Likes coffee', source: 'notes' },
      { id, content: 'Likes tea', source: 'notes' },
    ])
    expect(revisions[0]).toEqual((await api('GET', `${profile.observations}/${id}`)).body)
    expect(new Set(revisions.map(({ createdAt }: { createdAt: string }) => createdAt)).size).toBe(1)
  })

  it('come of no patch that changes nothing', async () => {
    await observe(api, profile, 'Likes tea')
    const id = await firstId()
    const before = (await api('GET', `${profile.observations}/${id}`)).body
    for (const patch of [{}, { content: 'Likes tea' }, { occurredAt: '2026-01-05T11:00:00+01:00' }]) {
      expect((await api('PATCH', `${profile.observations}/${id}`, patch)).status).toBe(202)
    }
    expect((await revisionsOf(id)).body.revisions).toEqual([before])
  })

  it('come of no patch that is refused', async () => {
    await observe(api, profile, 'Likes tea')
    const id = await firstId()
    for (const patch of [
      { content: '' },
      { content: 'x', source: ',' },
      { content: 'x', occurredAt: '2026-01-05' },
      [],
    ]) {
      expectRefusal(await api('PATCH', `${profile.observations}/${id}`, patch), 400)
    }
    expect(contentsOf((await revisionsOf(id)).body.revisions)).toEqual(['Likes tea'])
  })

  it('have pages without repetition', async () => {
    await observe(api, profile, 'state 0')
    const id = await firstId()
    for (let count = 1; count < 7; count += 1) {
      await api('PATCH', `${profile.observations}/${id}`, { content: `state ${count}` })
    }
    const seen: string[] = []
    let token = ''
    do {
      const { revisions, meta } = (await revisionsOf(id, `?pageSize=3${token && `&pageToken=${token}`}`)).body
      seen.push(...contentsOf(revisions))
      token = meta.nextToken ?? ''
    } while (token !== '')
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((count) => `state ${count}`))
  })

  it('go with the observation', async () => {
    await observe(api, profile, 'Likes tea', 'Likes rain')
    const id = await firstId()
    await api('PATCH', `${profile.observations}/${id}`, { content: 'Likes snow' })
    const deleted = await api('DELETE', `${profile.observations}/${id}`)
    expect([deleted.status, deleted.body.message]).toEqual([202, expect.any(String)])
    expectRefusal(await revisionsOf(id), 404)
    for (const [method, body] of [['GET'], ['PATCH', { content: 'x' }], ['DELETE']] as const) {
      expectRefusal(await api(method, `${profile.observations}/${id}`, body), 404)
    }
    expect(await contents()).toEqual(['Likes tea'])
  })
})
