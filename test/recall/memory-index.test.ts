import { describe, expect, it } from 'vitest'
import { createMemoryIndex, type IndexedMemory, type MemoryIndex } from '../../src/domain/recall/memory-index.js'
import { evidenceOf, probabilityOf } from '../../src/domain/recall/relevance.js'
import { termsOf } from '../../src/domain/recall/words.js'

const ALL = { limit: 10, threshold: 0, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

const memory = (id: string, content: string, occurredAt = 1, conversationIds: string[] = []): IndexedMemory => {
  return { id, content, occurredAt, conversationIds }
}
const ask = (text: string, vector?: Float32Array) => ({
  terms: new Map(termsOf(text).map((term) => [term, 1])),
  vector,
})
const idsOf = (hits: readonly { id: string }[]) => hits.map(({ id }) => id)

function createFilled(...memories: IndexedMemory[]): MemoryIndex {
  const index = createMemoryIndex()
  for (const one of memories) index.put(one)
  return index
}

/** A unit vector at this angle from the first axis. */
const at = (degrees: number, dimensions = 8) => {
  const vector = new Float32Array(dimensions)
  vector[0] = Math.cos((degrees * Math.PI) / 180)
  vector[1] = Math.sin((degrees * Math.PI) / 180)
  return vector
}

/** A vector of length 1, the same for the same seed. */
function randomUnit(dimensions: number, seed: number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, (_, at) => Math.sin(seed * 12.9898 + at * 78.233))
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

describe('replacing a memory', () => {
  it('forgets the words and the time it had', () => {
    const index = createFilled(memory('a', 'likes tea', 1), memory('b', 'owns a lamp', 2))
    index.put(memory('a', 'likes coffee', 3))
    expect(index.size()).toBe(2)
    expect(index.search(ask('tea'), ALL)[0]?.lexical).toBe(0)
    expect(index.search(ask('coffee'), ALL)[0]).toMatchObject({ id: 'a', matchedTerms: ['coffe'] })
    expect(index.latest(ALL)).toEqual(['a', 'b'])
  })

  it('forgets the vectors of the text before', () => {
    const index = createFilled(memory('a', 'likes tea'))
    index.setVectors('a', [at(0)])
    expect(index.search(ask('', at(0)), ALL)[0]?.cosine).toBeCloseTo(1)
    index.put(memory('a', 'likes coffee'))
    expect(index.search(ask('', at(0)), ALL)[0]?.cosine).toBeUndefined()
  })

  it('takes no more room however often it happens', () => {
    const index = createFilled(memory('a', 'likes tea'))
    index.setVectors('a', [at(0)])
    const replace = () => {
      index.put(memory('a', 'likes tea'))
      index.setVectors('a', [at(0)])
    }
    for (let round = 0; round < 100; round += 1) replace()
    const bytes = index.bytes()
    for (let round = 0; round < 2000; round += 1) replace()
    expect(index.bytes()).toBeLessThanOrEqual(bytes * 2)
  })
})

describe('vectors', () => {
  it('rank by the best chunk', () => {
    const index = createFilled(memory('near', 'one'), memory('far', 'two'), memory('mixed', 'three'))
    index.setVectors('near', [at(30)])
    index.setVectors('far', [at(80)])
    index.setVectors('mixed', [at(90), at(10), at(60)])
    const hits = index.search(ask('', at(0)), ALL)
    expect(idsOf(hits)).toEqual(['mixed', 'near', 'far'])
    expect(hits[0]?.cosine).toBeCloseTo(Math.cos(Math.PI / 18), 5)
  })

  it('can be set again, and taken away', () => {
    const index = createFilled(memory('a', 'one'))
    index.setVectors('a', [at(0), at(90)])
    index.setVectors('a', [at(60)])
    expect(index.search(ask('', at(0)), ALL)[0]?.cosine).toBeCloseTo(0.5, 5)
    index.setVectors('a', [])
    expect(index.search(ask('', at(0)), ALL)[0]?.cosine).toBeUndefined()
  })

  it('are compared whatever their number and length', () => {
    for (const dimensions of [3, 8, 20, 513]) {
      const index = createMemoryIndex()
      const query = randomUnit(dimensions, 1)
      const vectors = Array.from({ length: 45 }, (_, seed) => randomUnit(dimensions, seed + 2))
      vectors.forEach((vector, position) => {
        index.put(memory(`m${position}`, `text ${position}`))
        index.setVectors(`m${position}`, [vector])
      })
      for (const { id, cosine } of index.search(ask('', query), { ...ALL, limit: 45 })) {
        const expected = query.reduce((sum, value, at) => sum + value * (vectors[Number(id.slice(1))]?.[at] ?? 0), 0)
        expect(cosine).toBeCloseTo(expected, 6)
      }
    }
  })

  it('of nobody, or of another length than the query, are no evidence', () => {
    const index = createFilled(memory('a', 'likes tea'))
    index.setVectors('unheard of', [at(0)])
    index.setVectors('a', [at(0)])
    const hit = index.search(ask('tea', at(0, 16)), ALL)[0]
    expect([hit?.cosine, Number.isFinite(hit?.score)]).toEqual([undefined, true])
  })

  it('are told apart from no vector: a cosine of 0 is evidence', () => {
    const index = createFilled(memory('a', 'one'), memory('b', 'two'))
    index.setVectors('a', [at(90)])
    const [first, second] = index.search(ask('', at(0)), ALL)
    expect([first?.id, first?.score, first?.cosine]).toEqual(['b', probabilityOf(evidenceOf(0, Number.NaN)), undefined])
    expect([second?.id, second?.cosine]).toEqual(['a', expect.closeTo(0, 6)])
  })
})

describe('removing a memory', () => {
  it('leaves nothing of it: not its words, its time, its vectors or what it was next to', () => {
    const index = createFilled(memory('a', 'tea', 1, ['x']), memory('b', 'rain', 2, ['x']), memory('c', 'lamp', 3))
    index.setVectors('a', [at(0)])
    index.remove('a')
    index.remove('a')
    index.setVectors('a', [at(0)])
    const fresh = createFilled(memory('b', 'rain', 2, ['x']), memory('c', 'lamp', 3))
    expect(index.search(ask('tea rain', at(0)), ALL)).toEqual(fresh.search(ask('tea rain', at(0)), ALL))
    expect(index.latest(ALL)).toEqual(['c', 'b'])
    expect(index.size()).toBe(2)
  })

  it('makes room for the next', () => {
    const index = createMemoryIndex()
    const comeAndGo = (count: number) => {
      index.put(memory(`m${count}`, 'likes tea'))
      index.setVectors(`m${count}`, [at(0)])
      index.remove(`m${count}`)
    }
    for (let count = 0; count < 100; count += 1) comeAndGo(count)
    const bytes = index.bytes()
    for (let count = 0; count < 2000; count += 1) comeAndGo(count)
    expect(index.bytes()).toBeLessThanOrEqual(bytes)
  })
})

describe('order and selection', () => {
  it('puts equals newest first, and of one moment the later id', () => {
    const index = createFilled(memory('a', 'x', 5), memory('c', 'y', 1), memory('b', 'z', 5), memory('d', 'w', 9))
    expect(index.latest(ALL)).toEqual(['d', 'b', 'a', 'c'])
    expect(idsOf(index.search(ask('unheard'), ALL))).toEqual(['d', 'b', 'a', 'c'])
  })

  it('lets the newest stand for all that say the same in the same words', () => {
    const index = createFilled(memory('a', 'Likes tea.', 1), memory('b', 'likes  TEA', 3), memory('c', 'Likes Tea!', 2))
    expect(idsOf(index.search(ask('tea'), ALL))).toEqual(['b'])
    expect(index.latest(ALL)).toEqual(['b'])
    expect(index.latest({ ...ALL, end: 3 })).toEqual(['c'])
    index.put(memory('b', 'likes rain', 3))
    expect(idsOf(index.search(ask('tea'), ALL))).toEqual(['b', 'c'].toReversed())
  })

  it('keeps the first moment of a range and leaves out its end', () => {
    const index = createFilled(memory('a', 'x', 10), memory('b', 'y', 20), memory('c', 'z', 30))
    const range = { ...ALL, begin: 10, end: 30 }
    expect(index.latest(range)).toEqual(['b', 'a'])
    expect(idsOf(index.search(ask('x'), range))).toEqual(['a', 'b'])
  })

  it('keeps what reaches the threshold exactly', () => {
    const index = createFilled(memory('a', 'likes tea'), memory('b', 'owns a blue lamp'))
    const score = index.search(ask('tea'), ALL)[0]?.score ?? 0
    expect(idsOf(index.search(ask('tea'), { ...ALL, threshold: score }))).toEqual(['a'])
    expect(index.search(ask('tea'), { ...ALL, threshold: score + Number.EPSILON })).toEqual([])
  })

  it('returns no more than the limit, the best of them', () => {
    const index = createMemoryIndex()
    for (let count = 0; count < 50; count += 1) index.put(memory(`m${count + 10}`, `tea number${count}`, count))
    index.put(memory('best', 'tea tea tea', 0))
    expect(idsOf(index.search(ask('tea'), { ...ALL, limit: 3 }))).toEqual(['best', 'm59', 'm58'])
    expect(index.search(ask('tea'), { ...ALL, limit: 0 })).toEqual([])
    expect(index.latest({ ...ALL, limit: 0 })).toEqual([])
  })

  it('is the same whatever the order of arrival', () => {
    const memories = [
      memory('a', 'tea', 1, ['x']),
      memory('b', 'rain', 2, ['x']),
      memory('c', 'tea rain', 3, ['x', 'y']),
    ]
    const hits = (order: IndexedMemory[]) => createFilled(...order).search(ask('tea'), ALL)
    expect(hits(memories)).toEqual(hits(memories.toReversed()))
  })
})
