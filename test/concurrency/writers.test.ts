import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Api, createApi, createStore, eventually } from '../support/api.js'
import { createProfile, declareTraits, jobsQueued, listProfileIds, lookup } from '../support/profile.js'
import { startServer, type TestServer } from '../support/server.js'

const WRITERS = 64
const PEOPLE = 8
const PER_PERSON = WRITERS / PEOPLE

let server: TestServer
let api: Api
beforeAll(async () => {
  server = await startServer()
  api = createApi(server)
})
afterAll(() => server.stop())

/** One writer's identifiers: each shares one with the next of the same person, and none but those two share one. */
function linkOf(person: number, writer: number): Record<string, string> {
  return {
    email: `person-${person}-${Math.ceil(writer / 2)}@example.com`,
    chat: `person-${person}-${Math.floor(writer / 2)}`,
  }
}

/** The profile behind an id, also when it was merged. */
async function fetchCanonical(store: string, id: string): Promise<Answer> {
  const answer = await api('GET', `/v1/Stores/${store}/Profiles/${id}`)
  return answer.status === 301 ? api('GET', answer.headers.get('location') ?? '') : answer
}

async function newStore(): Promise<string> {
  const store = await createStore(api)
  await declareTraits(
    api,
    store,
    'Writer',
    Array.from({ length: WRITERS }, (_, writer) => `w${writer}`),
  )
  return store
}

const allWriters = Array.from({ length: WRITERS }, (_, writer) => writer)

describe(`${WRITERS} concurrent writers`, () => {
  it('make one profile of each person, whatever the order, and lose no trait', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(allWriters, { minLength: WRITERS }), async (order) => {
        const store = await newStore()
        const ids = new Map<number, string>()
        const write = async (writer: number) => {
          const Contact = linkOf(Math.floor(writer / PER_PERSON), writer % PER_PERSON)
          ids.set(writer, await createProfile(api, store, { Contact, Writer: { [`w${writer}`]: `by ${writer}` } }))
        }
        await Promise.all(order.map(write))
        await expectOneProfileEach(store, ids)
      }),
      { numRuns: 5 },
    )
  })

  it('who all share one value make one profile', async () => {
    const store = await newStore()
    const write = (writer: number) =>
      createProfile(api, store, {
        Contact: { phone: '+13175550100', email: `writer-${writer}@example.com` },
        Writer: { [`w${writer}`]: 'here' },
      })
    const ids = await Promise.all(allWriters.map(write))
    const [id, ...others] = await listProfileIds(api, store)
    expect(others).toEqual([])
    expect(new Set(ids)).toEqual(new Set([id]))
    const { body } = await fetchCanonical(store, id ?? '')
    expect(Object.keys(body.traits.Writer)).toHaveLength(WRITERS)
    for (const writer of allWriters) {
      expect(await lookup(api, store, 'email', `writer-${writer}@example.com`)).toEqual([id])
    }
  })

  it('of strangers make as many profiles', async () => {
    const store = await newStore()
    const ids = await Promise.all(
      allWriters.map((writer) => createProfile(api, store, { Contact: { email: `s-${writer}@example.com` } })),
    )
    expect(new Set(await listProfileIds(api, store))).toEqual(new Set(ids))
    expect(new Set(ids).size).toBe(WRITERS)
  })
})

async function expectOneProfileEach(store: string, ids: ReadonlyMap<number, string>): Promise<void> {
  const listed = await listProfileIds(api, store)
  expect(listed).toHaveLength(PEOPLE)
  for (let person = 0; person < PEOPLE; person += 1) {
    const writers = Array.from({ length: PER_PERSON }, (_, index) => person * PER_PERSON + index)
    const profiles = await Promise.all(writers.map((writer) => fetchCanonical(store, ids.get(writer) ?? '')))
    const [canonical] = new Set(profiles.map(({ body }) => body.id))
    expect(listed).toContain(canonical)
    for (const { status, body } of profiles) {
      expect({ status, id: body.id }).toEqual({ status: 200, id: canonical })
      expect(body.traits.Writer).toEqual(Object.fromEntries(writers.map((writer) => [`w${writer}`, `by ${writer}`])))
    }
    for (let link = 0; link < PER_PERSON; link += 1) {
      const { email = '', chat = '' } = linkOf(person, link)
      expect(await lookup(api, store, 'email', email)).toEqual([canonical])
      expect(await lookup(api, store, 'chat', chat)).toEqual([canonical])
    }
  }
}

describe('concurrent patches of one profile', () => {
  it('lose nothing', async () => {
    const store = await newStore()
    const id = await createProfile(api, store, { Contact: { email: 'one@example.com' } })
    const answers = await Promise.all(
      allWriters.map((writer) =>
        api('PATCH', `/v1/Stores/${store}/Profiles/${id}`, { traits: { Writer: { [`w${writer}`]: `by ${writer}` } } }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    const { body } = await fetchCanonical(store, id)
    expect(body.traits.Writer).toEqual(Object.fromEntries(allWriters.map((writer) => [`w${writer}`, `by ${writer}`])))
  })

  it('and removals of other traits both take effect', async () => {
    const store = await newStore()
    const before = Object.fromEntries(allWriters.map((writer) => [`w${writer}`, 'before']))
    const id = await createProfile(api, store, { Contact: { email: 'two@example.com' }, Writer: before })
    await Promise.all(
      allWriters.map((writer) =>
        api('PATCH', `/v1/Stores/${store}/Profiles/${id}`, {
          traits: { Writer: { [`w${writer}`]: writer % 2 === 0 ? null : 'after' } },
        }),
      ),
    )
    const { body } = await fetchCanonical(store, id)
    const odd = allWriters.filter((writer) => writer % 2 === 1)
    expect(body.traits.Writer).toEqual(Object.fromEntries(odd.map((writer) => [`w${writer}`, 'after'])))
  })

  it('and creates that merge it away lose nothing either', async () => {
    const store = await newStore()
    const older = await createProfile(api, store, { Contact: { email: 'older@example.com' } })
    const younger = await createProfile(api, store, { Contact: { chat: 'younger' } })
    const patch = async (writer: number) => {
      const body = { traits: { Writer: { [`w${writer}`]: `by ${writer}` } } }
      const answer = await api('PATCH', `/v1/Stores/${store}/Profiles/${younger}`, body)
      if (answer.status !== 308) return answer.status
      expect(answer.headers.get('canonical-profile-id')).toBe(older)
      return (await api('PATCH', answer.headers.get('location') ?? '', body)).status
    }
    const merge = () => createProfile(api, store, { Contact: { email: 'older@example.com', chat: 'younger' } })
    const [merged, ...statuses] = await Promise.all([
      new Promise<string>((resolve, reject) => setImmediate(() => merge().then(resolve, reject))),
      ...allWriters.map(patch),
    ])
    expect(merged).toBe(older)
    expect(new Set(statuses)).toEqual(new Set([202]))
    const { body } = await fetchCanonical(store, younger)
    expect(body.id).toBe(older)
    expect(Object.keys(body.traits.Writer)).toHaveLength(WRITERS)
  })
})

describe('the same batch sent twice at the same time', () => {
  it('makes each profile once', async () => {
    const store = await newStore()
    const batch = (round: string) => ({
      profiles: Array.from({ length: 400 }, (_, index) => ({
        traits: { Contact: { email: `b-${index}@example.com`, chat: `b-${index}`, firstName: `${round}-${index}` } },
      })),
    })
    const answers = await Promise.all(
      ['a', 'a', 'a', 'a'].map((round) => api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, batch(round))),
    )
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    await eventually(
      () => jobsQueued(server.url),
      (count) => count === 0,
    )
    const ids = await listProfileIds(api, store)
    expect(ids).toHaveLength(400)
    expect(new Set(ids).size).toBe(400)
    const [id = ''] = await lookup(api, store, 'chat', 'b-123')
    expect((await fetchCanonical(store, id)).body.traits.Contact.firstName).toBe('a-123')
  })

  it('beside creates of the same people makes each profile once', async () => {
    const store = await newStore()
    const contactOf = (index: number) => ({
      Contact: { email: `c-${index}@example.com`, phone: `+1317555${1000 + index}` },
    })
    const profiles = Array.from({ length: 300 }, (_, index) => ({ traits: contactOf(index) }))
    const accepted = api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles })
    const created = Promise.all(allWriters.map((writer) => createProfile(api, store, contactOf(writer * 4))))
    expect((await accepted).status).toBe(202)
    await created
    await eventually(
      () => jobsQueued(server.url),
      (count) => count === 0,
    )
    const ids = await listProfileIds(api, store)
    expect(ids).toHaveLength(300)
    for (const id of await created) expect(ids).toContain(id)
  })
})
