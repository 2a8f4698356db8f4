import { beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../support/api.js'
import { contentsOf, type MemoryProfile, observation, observe, pathsOf, summary } from '../support/memory.js'
import { createProfile } from '../support/profile.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()
let canonical: MemoryProfile
let merged: MemoryProfile
let observationId: string
let summaryId: string

beforeAll(async () => {
  canonical = pathsOf(store(), await createProfile(api, store(), { Contact: { email: 'one@example.com' } }))
  merged = pathsOf(store(), await createProfile(api, store(), { Contact: { chat: 'one' } }))
  await observe(api, canonical, 'Likes tea')
  await observe(api, merged, 'Owns a lamp')
  observationId = (await api('GET', merged.observations)).body.observations[0].id
  await api('PATCH', `${merged.observations}/${observationId}`, { content: 'Owns a blue lamp' })
  await api('POST', merged.summaries, { summaries: [summary('Asked about lamps')] })
  summaryId = (await api('GET', merged.summaries)).body.summaries[0].id
  // Both indexes are known before the merge, so that a stale one would show.
  for (const { recall } of [canonical, merged]) await api('POST', recall, { query: 'lamp' })
  expect(await createProfile(api, store(), { Contact: { email: 'one@example.com', chat: 'one' } })).toBe(canonical.id)
})

function expectMoved(answer: Answer, status: 301 | 308, path: string): void {
  expect([answer.status, answer.headers.get('location')]).toEqual([status, server().url + path])
  expect(answer.headers.get('canonical-profile-id')).toBe(canonical.id)
}

describe('memories of a merged profile', () => {
  it('follow it, with their ids and revisions', async () => {
    const { observations } = (await api('GET', canonical.observations)).body
    expect(contentsOf(observations)).toEqual(['Owns a blue lamp', 'Likes tea'])
    const { revisions } = (await api('GET', `${canonical.observations}/${observationId}/Revisions`)).body
    expect(contentsOf(revisions)).toEqual(['Owns a blue lamp', 'Owns a lamp'])
    expect(contentsOf((await api('GET', canonical.summaries)).body.summaries)).toEqual(['Asked about lamps'])
  })

  it('are recalled at once', async () => {
    const { observations, summaries } = (await api('POST', canonical.recall, { query: 'lamp' })).body
    expect(contentsOf(observations)).toEqual(['Owns a blue lamp', 'Likes tea'])
    expect(contentsOf(summaries)).toEqual(['Asked about lamps'])
  })

  it('move lists with 301, writes and Recall with 308, query string and all', async () => {
    const query = '?pageSize=2&orderBy=ASC'
    expectMoved(await api('GET', `${merged.observations}${query}`), 301, `${canonical.observations}${query}`)
    expectMoved(await api('GET', merged.summaries), 301, canonical.summaries)
    const writes = [
      ['POST', '', { observations: [observation('Likes rain')] }],
      ['PATCH', `/${observationId}`, { content: 'x' }],
      ['DELETE', `/${observationId}`, undefined],
    ] as const
    for (const [method, rest, body] of writes) {
      expectMoved(await api(method, merged.observations + rest, body), 308, canonical.observations + rest)
    }
    expectMoved(await api('POST', merged.recall, {}), 308, canonical.recall)
    expect(contentsOf((await api('GET', canonical.observations)).body.observations)).toHaveLength(2)
  })

  it('are fetched by the merged id with 200 and the header', async () => {
    for (const path of [
      `/Observations/${observationId}`,
      `/Observations/${observationId}/Revisions`,
      `/ConversationSummaries/${summaryId}`,
    ]) {
      const answer = await api('GET', merged.url + path)
      expect([path, answer.status, answer.headers.get('canonical-profile-id')]).toEqual([path, 200, canonical.id])
      expect(answer.body).toEqual((await api('GET', canonical.url + path)).body)
    }
  })
})
