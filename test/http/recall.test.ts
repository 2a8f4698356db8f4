import { beforeEach, describe, expect, it } from 'vitest'
import {
  contentsOf,
  conversationId,
  createMemoryProfile,
  type MemoryProfile,
  observation,
  observe,
  summary,
} from '../support/memory.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()
let profile: MemoryProfile
beforeEach(async () => {
  profile = await createMemoryProfile(api, store())
})

const recall = async (input: unknown) => {
  const { status, body } = await api('POST', profile.recall, input)
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body
}
const on = (day: number) => ({ occurredAt: `2026-03-${String(day).padStart(2, '0')}T00:00:00Z` })
const scoresOf = (memories: { score: number }[]) => memories.map(({ score }) => score)

describe('every answer', () => {
  it('has all four keys, for a profile without memories too', async () => {
    for (const input of [{}, { query: 'tea' }, { conversationId: conversationId(9), communicationsLimit: 3 }]) {
      const body = await recall(input)
      expect(body).toEqual({
        observations: [],
        summaries: [],
        communications: [],
        meta: { queryTime: expect.any(Number) },
      })
      expect(Number.isInteger(body.meta.queryTime)).toBe(true)
    }
  })

  it('holds 20 observations and 5 summaries unless told otherwise, and none where the limit is 0', async () => {
    await observe(api, profile, ...Array.from({ length: 25 }, (_, index) => `Likes tea ${index}`))
    const summaries = Array.from({ length: 8 }, (_, index) => summary(`Talked about tea ${index}`))
    await api('POST', profile.summaries, { summaries })
    for (const input of [{}, { query: 'tea' }]) {
      const sizes = async (limits: object) => {
        const body = await recall({ ...input, ...limits })
        return [body.observations.length, body.summaries.length]
      }
      expect(await sizes({})).toEqual([20, 5])
      expect(await sizes({ observationsLimit: 0, summariesLimit: 0 })).toEqual([0, 0])
      expect(await sizes({ observationsLimit: 3, summariesLimit: 100 })).toEqual([3, 8])
    }
  })

  it('gives a memory as the lists do', async () => {
    await observe(api, profile, observation('Likes tea', { conversationIds: [conversationId(1)] }))
    await api('POST', profile.summaries, { summaries: [summary('Talked about tea')] })
    const lists = [
      (await api('GET', profile.observations)).body.observations,
      (await api('GET', profile.summaries)).body.summaries,
    ]
    const plain = await recall({})
    expect([plain.observations, plain.summaries]).toEqual(lists)
    const ranked = await recall({ query: 'tea' })
    expect([ranked.observations[0], ranked.summaries[0]]).toEqual(
      lists.map(([one]) => ({ ...one, score: expect.any(Number) })),
    )
  })
})

describe('with a query', () => {
  it('ranks best first by a score from 0 to 1, and a threshold keeps what reaches it', async () => {
    await observe(api, profile, 'Likes green tea', 'Owns a blue lamp', 'Tea must be hot', 'Works at a station')
    const { observations } = await recall({ query: 'green tea' })
    const scores = scoresOf(observations)
    expect(observations[0].content).toBe('Likes green tea')
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(Math.min(...scores)).toBeGreaterThan(0)
    expect(Math.max(...scores)).toBeLessThanOrEqual(1)
    // Vectors may come in between two calls; once they are there, scores stand.
    const best = await expectStable({ query: 'green tea' })
    expect(contentsOf((await recall({ query: 'green tea', relevanceThreshold: best })).observations)).toEqual([
      'Likes green tea',
    ])
    expect((await recall({ query: 'green tea', relevanceThreshold: Math.min(1, best + 1e-9) })).observations).toEqual(
      [],
    )
  })

  it('finds texts of other languages by their words', async () => {
    await observe(
      api,
      profile,
      'Schwimmt jeden Dienstag',
      'Кошка боится грозы',
      '好きな食べ物は 寿司 です',
      'Le chat s’appelle Plume',
    )
    for (const [query, content] of [
      ['dienstag', 'Schwimmt jeden Dienstag'],
      ['ГРОЗЫ?', 'Кошка боится грозы'],
      ['寿司', '好きな食べ物は 寿司 です'],
      ['Comment s’appelle Plume', 'Le chat s’appelle Plume'],
    ] as const) {
      expect((await recall({ query, observationsLimit: 1 })).observations[0].content, query).toBe(content)
    }
  })

  it('says the same in the same words once, by the newest', async () => {
    await observe(
      api,
      profile,
      observation('Likes tea.', on(1)),
      observation('likes TEA', on(3)),
      observation('Likes tea!', on(2)),
    )
    expect(contentsOf((await recall({ query: 'tea' })).observations)).toEqual(['likes TEA'])
    expect(contentsOf((await recall({})).observations)).toEqual(['likes TEA'])
    expect((await api('GET', profile.observations)).body.observations).toHaveLength(3)
  })

  it('never fails on a strange one', async () => {
    await observe(api, profile, 'Likes tea')
    for (const query of [
      '?!',
      '🫖',
      '\t\n.',
      'the of and',
      "'; DROP TABLE profile; --",
      'x'.repeat(1024),
      '"unclosed',
    ]) {
      expect(contentsOf((await recall({ query })).observations), query).toEqual(['Likes tea'])
    }
    expectRefusal(await api('POST', profile.recall, { query: 'x'.repeat(1025) }), 400)
  })
})

describe('without a query', () => {
  it('is newest first and has no scores, a blank query likewise', async () => {
    await observe(api, profile, observation('b', on(2)), observation('c', on(3)), observation('a', on(1)))
    for (const input of [{}, { query: '' }, { query: ' \t\n ' }, { relevanceThreshold: 1 }]) {
      const { observations } = await recall(input)
      expect([input, contentsOf(observations)]).toEqual([input, ['c', 'b', 'a']])
      expect(observations.some((one: object) => 'score' in one)).toBe(false)
    }
  })
})

describe('a range of dates', () => {
  it('is about when it happened, with its begin and without its end', async () => {
    await observe(
      api,
      profile,
      observation('tea one', on(1)),
      observation('tea two', on(2)),
      observation('tea three', on(3)),
    )
    await api('POST', profile.summaries, { summaries: [summary('tea talk', on(2)), summary('tea walk', on(3))] })
    const range = { beginDate: '2026-03-01T00:00:00Z', endDate: '2026-03-03T01:00:00+01:00' }
    for (const input of [range, { ...range, query: 'tea' }]) {
      const { observations, summaries } = await recall(input)
      expect(contentsOf(observations).toSorted()).toEqual(['tea one', 'tea two'])
      expect(contentsOf(summaries)).toEqual(['tea talk'])
    }
    for (const wrong of [
      { beginDate: '2026-03-01' },
      { endDate: '2026-03-03T00:00:00' },
      { beginDate: '2026-02-30T00:00:00Z' },
    ]) {
      expectRefusal(await api('POST', profile.recall, wrong), 400)
    }
  })
})

describe('right after a write', () => {
  it('knows what was added, changed and erased', async () => {
    for (let round = 0; round < 10; round += 1) {
      const word = `word${round}`
      await observe(api, profile, `Says ${word}`)
      const [hit] = (await recall({ query: word, observationsLimit: 1 })).observations
      expect(hit.content).toBe(`Says ${word}`)
      await api('PATCH', `${profile.observations}/${hit.id}`, { content: `Sings new${word}` })
      expect((await recall({ query: `new${word}`, observationsLimit: 1 })).observations[0].content).toBe(
        `Sings new${word}`,
      )
      if (round % 2 === 1) continue
      await api('DELETE', `${profile.observations}/${hit.id}`)
      expect(contentsOf((await recall({ observationsLimit: 100 })).observations)).not.toContain(`Sings new${word}`)
    }
    expect((await recall({ observationsLimit: 100 })).observations).toHaveLength(5)
  })

  it('gives the place of what was erased to the next best, by words and by vectors, of both kinds', async () => {
    await observe(api, profile, 'Likes green tea', 'Likes black tea with lemon and sugar', 'Owns a lamp')
    await api('POST', profile.summaries, {
      summaries: [summary('They talked about tea'), summary('They talked about tea in the rain, and lamps')],
    })
    const input = { query: 'green tea', observationsLimit: 1, summariesLimit: 1 }
    await expectStable(input)
    const before = await recall(input)
    expect(contentsOf(before.observations)).toEqual(['Likes green tea'])
    expect(contentsOf(before.summaries)).toEqual(['They talked about tea'])
    await api('DELETE', `${profile.observations}/${before.observations[0].id}`)
    await api('DELETE', `${profile.summaries}/${before.summaries[0].id}`)
    const after = await recall(input)
    expect(contentsOf(after.observations)).toEqual(['Likes black tea with lemon and sugar'])
    expect(contentsOf(after.summaries)).toEqual(['They talked about tea in the rain, and lamps'])
  })

  it('knows it also when many ask and write at the same time', async () => {
    await observe(api, profile, ...Array.from({ length: 40 }, (_, index) => `Tells story ${index}`))
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await observe(api, profile, `Keeps secret${index}`)
        const { observations } = await recall({ query: `secret${index}`, observationsLimit: 1 })
        expect(contentsOf(observations)).toEqual([`Keeps secret${index}`])
      }),
    )
  })
})

/** The best score once it no longer changes. */
async function expectStable(input: object): Promise<number> {
  for (;;) {
    const hits = (await api('POST', profile.explain, input)).body.hits
    if (hits.every((hit: { cosine?: number }) => hit.cosine !== undefined)) return hits[0].score
  }
}
