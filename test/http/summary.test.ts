import { beforeEach, expect, it } from 'vitest'
import { contentsOf, conversationId, createMemoryProfile, type MemoryProfile, summary } from '../support/memory.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()
let profile: MemoryProfile
beforeEach(async () => {
  profile = await createMemoryProfile(api, store())
})

const create = (body: unknown) => api('POST', profile.summaries, body)
const list = async (query = '') => (await api('GET', `${profile.summaries}${query}`)).body

it('wants the wrapper, one to ten, all or none', async () => {
  const one = summary('Asked for a refund')
  const wrong = [
    [one],
    one,
    {},
    { summaries: [] },
    { summaries: Array.from({ length: 11 }, () => one) },
    { summaries: [one], x: 1 },
  ]
  for (const body of wrong) expectRefusal(await create(body), 400)
  for (const broken of [
    { conversationId: undefined },
    { occurredAt: '2026-01-05T10:00:00' },
    { source: ',' },
    { content: '' },
  ]) {
    expectRefusal(await create({ summaries: [one, { ...one, ...broken }] }), 400, undefined, /summaries\[1\]/)
  }
  expect((await list()).summaries).toEqual([])
})

it('is listed newest first, by conversation too, in pages of at most 50', async () => {
  for (let batch = 0; batch < 6; batch += 1) {
    const summaries = Array.from({ length: 10 }, (_, index) =>
      summary(`number ${batch * 10 + index}`, { conversationId: conversationId(index % 2) }),
    )
    expect((await create({ summaries })).status).toBe(202)
  }
  const page = await list('?pageSize=100')
  expect([page.meta.key, page.meta.pageSize, page.summaries.length]).toEqual(['summaries', 50, 50])
  expect(contentsOf(page.summaries).slice(0, 2)).toEqual(['number 59', 'number 58'])
  const rest = await list(`?pageSize=100&pageToken=${page.meta.nextToken}`)
  expect(contentsOf(rest.summaries).at(-1)).toBe('number 0')
  const odd = await list(`?conversationId=${conversationId(1)}&pageSize=50`)
  expect(odd.summaries).toHaveLength(30)
  expect(contentsOf(odd.summaries)[0]).toBe('number 59')
})

it('is changed in part and leaves the rest', async () => {
  await create({ summaries: [summary('Asked for a refund', { source: 'agent' })] })
  const [before] = (await list()).summaries
  const path = `${profile.summaries}/${before.id}`
  expect((await api('PATCH', path, { content: 'Got the refund' })).status).toBe(202)
  const after = (await api('GET', path)).body
  expect(after).toEqual({ ...before, content: 'Got the refund', updatedAt: after.updatedAt })
  expectRefusal(await api('PATCH', path, { content: 'x', conversationId: 'talk' }), 400)
  expect((await api('GET', path)).body).toEqual(after)
  const { summaries } = (await api('POST', profile.recall, { query: 'refund' })).body
  expect(contentsOf(summaries)).toEqual(['Got the refund'])
})

it('is gone for good when it is deleted', async () => {
  await create({ summaries: [summary('Asked for a refund'), summary('Got a lamp')] })
  const [first] = (await list()).summaries
  expect((await api('POST', profile.recall, {})).body.summaries).toHaveLength(2)
  expect((await api('DELETE', `${profile.summaries}/${first.id}`)).status).toBe(202)
  expectRefusal(await api('GET', `${profile.summaries}/${first.id}`), 404)
  expectRefusal(await api('DELETE', `${profile.summaries}/${first.id}`), 404)
  expect((await api('POST', profile.recall, {})).body.summaries).toHaveLength(1)
})
