import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLexicalIndex, type WeightedTerms } from '../../src/domain/recall/lexical-index.js'

const K1 = 0.9
const B = 0.4
const TERMS = ['tea', 'rain', 'dog', 'train', 'lamp', 'sea']

/** BM25 as the formula says it, over texts that are all looked at. */
function naiveScore(texts: ReadonlyMap<number, readonly string[]>, query: WeightedTerms, slot: number): number {
  const own = texts.get(slot)
  if (own === undefined) return 0
  const mean = [...texts.values()].reduce((sum, text) => sum + text.length, 0) / texts.size || 1
  let score = 0
  let most = 0
  for (const [term, weight] of query) {
    const holders = [...texts.values()].filter((text) => text.includes(term)).length
    const idf = Math.log(1 + (texts.size - holders + 0.5) / (holders + 0.5))
    const frequency = own.filter((word) => word === term).length
    const norm = K1 * (1 - B + (B * own.length) / mean)
    score += (weight * idf * frequency * (K1 + 1)) / (frequency + norm)
    most += weight * idf * (K1 + 1)
  }
  return most === 0 ? 0 : score / most
}

const text = fc.array(fc.constantFrom(...TERMS), { maxLength: 12 })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: text }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.nat() }) },
)
const query = fc
  .uniqueArray(fc.constantFrom(...TERMS, 'unheard'), { maxLength: 4 })
  .chain((terms) =>
    fc.tuple(...terms.map((term) => fc.tuple(fc.constant(term), fc.double({ min: 0.1, max: 2, noNaN: true })))),
  )
  .map((entries): WeightedTerms => new Map(entries))

it('scores like BM25 worked out from scratch, whatever was added and removed before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), query, (steps, terms) => {
      const index = createLexicalIndex()
      const texts = new Map<number, string[]>()
      let next = 0
      for (const change of steps) {
        const known = [...texts.keys()]
        if ('add' in change) {
          index.add(next, change.add)
          texts.set(next, change.add)
          next += 1
        } else if (known.length > 0) {
          const slot = known[change.remove % known.length] as number
          index.remove(slot)
          texts.delete(slot)
        }
      }
      const scores = new Float64Array(next)
      index.score(terms, scores)
      for (let slot = 0; slot < next; slot += 1) {
        expect(scores[slot]).toBeCloseTo(naiveScore(texts, terms, slot), 10)
        expect(scores[slot]).toBeLessThanOrEqual(1)
        const matched = (texts.get(slot) ?? []).filter((term) => terms.has(term))
        expect(new Set(index.matched(slot, terms))).toEqual(new Set(matched))
      }
    }),
  )
})

it('finds nothing in an empty index and with an empty query', () => {
  const index = createLexicalIndex()
  const scores = new Float64Array(1)
  index.score(new Map([['tea', 1]]), scores)
  index.add(0, ['tea'])
  index.score(new Map(), scores)
  expect([...scores]).toEqual([0])
})

it('counts terms of the query that nobody has, so that half an answer is no full one', () => {
  const index = createLexicalIndex()
  index.add(0, ['tea'])
  index.add(1, ['rain'])
  const scoreOf = (...terms: string[]) => {
    const scores = new Float64Array(2)
    index.score(new Map(terms.map((term) => [term, 1])), scores)
    return scores[0] ?? 0
  }
  expect(scoreOf('tea', 'unheard')).toBeLessThan(scoreOf('tea') / 2)
})
