import { expect, it } from 'vitest'
import { createMemoryIndex, type IndexedMemory } from '../../src/domain/recall/memory-index.js'

const ALL = { limit: 10, threshold: 0, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }
const TEA = { terms: new Map([['tea', 1]]), vector: undefined }

function scoresOf(memories: readonly Partial<IndexedMemory>[]): number[] {
  const index = createMemoryIndex()
  memories.forEach((memory, position) => {
    index.put({ id: `m${position}`, content: `thing${position}`, occurredAt: position, conversationIds: [], ...memory })
  })
  const hits = new Map(index.search(TEA, ALL).map(({ id, score }) => [id, score]))
  return memories.map((_, position) => hits.get(`m${position}`) ?? Number.NaN)
}

const inTalk = (content: string, talk = 'talk') => ({ content, conversationIds: [talk] })

it('lets a memory gain by the one next to it in the same conversation, on both sides, and no further', () => {
  const [far = 0, before = 0, tea = 0, after = 0, other = 0] = scoresOf([
    inTalk('lamp'),
    inTalk('rain'),
    inTalk('tea'),
    inTalk('dog'),
    inTalk('train', 'another'),
  ])
  expect(before).toBeGreaterThan(far)
  expect(after).toBe(before)
  expect(other).toBe(far)
  expect(tea).toBeGreaterThan(before)
})

it('takes nothing from a memory whose neighbours do not fit', () => {
  const alone = scoresOf([{ content: 'tea' }, { content: 'rain' }, { content: 'dog' }])
  const together = scoresOf([inTalk('tea'), inTalk('rain'), inTalk('dog')])
  expect(together[0]).toBe(alone[0])
  expect(together[2]).toBe(alone[2])
})

it('goes by the time it happened, not by the order of arrival', () => {
  const [before = 0, tea = 0, middle = 0] = scoresOf([
    { ...inTalk('rain'), occurredAt: 1 },
    { ...inTalk('tea'), occurredAt: 3 },
    { ...inTalk('dog'), occurredAt: 2 },
  ])
  expect(middle).toBeGreaterThan(before)
  expect(tea).toBeGreaterThan(middle)
})

it('takes the better neighbour of several conversations once', () => {
  const one = scoresOf([inTalk('tea'), inTalk('rain')])
  const two = scoresOf([
    { content: 'tea', conversationIds: ['x', 'y'] },
    { content: 'rain', conversationIds: ['x', 'y'] },
  ])
  expect(two).toEqual(one)
})

it('follows a memory that moves to another conversation', () => {
  const index = createMemoryIndex()
  const rain = { id: 'rain', content: 'rain', occurredAt: 2 }
  index.put({ id: 'tea', content: 'tea', occurredAt: 1, conversationIds: ['x'] })
  index.put({ ...rain, conversationIds: ['x'] })
  const scoreOfRain = () => index.search(TEA, ALL).find(({ id }) => id === 'rain')?.score ?? 0
  const near = scoreOfRain()
  index.put({ ...rain, conversationIds: ['y'] })
  expect(scoreOfRain()).toBeLessThan(near)
  index.put({ ...rain, conversationIds: ['x'] })
  expect(scoreOfRain()).toBe(near)
})
