import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMemoryIndex, type IndexedMemory, type PreparedQuery } from '../../src/domain/recall/memory-index.js'
import { evidenceOf, probabilityOf } from '../../src/domain/recall/relevance.js'
import { termsOf } from '../../src/domain/recall/words.js'

const EVERYTHING = { limit: 100, threshold: 0, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }
const WORDS = ['tea', 'rain', 'lamp', 'dog', 'train', 'garden']

const vectors = fc.array(
  fc
    .array(fc.integer({ min: -9, max: 9 }), { minLength: 12, maxLength: 12 })
    .map((numbers) => Float32Array.from(numbers, (value) => value / 30)),
  { maxLength: 2 },
)
const texts = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }).map((words) => words.join(' '))

interface Known extends IndexedMemory {
  readonly vectors: readonly Float32Array[]
}

const memories = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  content: texts,
  occurredAt: fc.integer({ min: 0, max: 5 }),
  conversationIds: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
  vectors,
})
const queries = fc.record({ text: texts, vector: fc.option(vectors.map(([vector]) => vector)) })
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: memories.map((memory) => ({ memory })) },
    { weight: 1, arbitrary: memories.map(({ id }) => ({ gone: id })) },
  ),
  { maxLength: 25 },
)

function prepare({ text, vector }: { text: string; vector: Float32Array | undefined | null }): PreparedQuery {
  return { terms: new Map(termsOf(text).map((term) => [term, 1])), vector: vector ?? undefined }
}

function build(all: Iterable<Known>) {
  const index = createMemoryIndex()
  for (const { vectors, ...memory } of all) {
    index.put(memory)
    index.setVectors(memory.id, vectors)
  }
  return index
}

it('is, after any changes, what one made anew of what is left is', () => {
  fc.assert(
    fc.property(steps, queries, (changes, query) => {
      const index = createMemoryIndex()
      const left = new Map<string, Known>()
      for (const change of changes) {
        if ('gone' in change) {
          index.remove(change.gone)
          left.delete(change.gone)
          continue
        }
        const { vectors, ...memory } = change.memory
        index.put(memory)
        index.setVectors(memory.id, vectors)
        left.set(memory.id, change.memory)
      }
      const anew = build(left.values())
      expect(index.size()).toBe(left.size)
      expect(index.latest(EVERYTHING)).toEqual(anew.latest(EVERYTHING))
      const hits = index.search(prepare(query), EVERYTHING)
      const sorted = hits.map((hit) => ({ ...hit, matchedTerms: hit.matchedTerms.toSorted() }))
      const expected = anew.search(prepare(query), EVERYTHING)
      expect(sorted).toEqual(expected.map((hit) => ({ ...hit, matchedTerms: hit.matchedTerms.toSorted() })))
    }),
  )
})

/** BM25 as its inventors wrote it down, over the share of it that is possible. */
function naiveLexical(all: readonly Known[], terms: readonly string[], memory: Known): number {
  const documents = all.map(({ content }) => termsOf(content))
  const mean = documents.reduce((sum, document) => sum + document.length, 0) / documents.length
  const own = termsOf(memory.content)
  let [score, most] = [0, 0]
  for (const term of terms) {
    const holders = documents.filter((document) => document.includes(term)).length
    const idf = Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5))
    const frequency = own.filter((other) => other === term).length
    most += 1.9 * idf
    score += (idf * 1.9 * frequency) / (frequency + 0.9 * (0.6 + (0.4 * own.length) / mean))
  }
  return most === 0 ? 0 : score / most
}

function naiveCosine(query: Float32Array | undefined, { vectors }: Known): number {
  if (query === undefined || vectors.length === 0) return Number.NaN
  return Math.max(...vectors.map((vector) => vector.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0)))
}

/** Log odds of all, with what each gets of the better one next to it. */
function naiveEvidence(all: readonly Known[], { terms, vector }: PreparedQuery): Map<string, number> {
  const alone = new Map(
    all.map((memory) => [
      memory.id,
      evidenceOf(naiveLexical(all, [...terms.keys()], memory), naiveCosine(vector, memory)),
    ]),
  )
  const oddsOf = (id: string | undefined) => (id === undefined ? undefined : alone.get(id)) ?? Number.NEGATIVE_INFINITY
  const better = (id: string) =>
    ['x', 'y', 'z'].flatMap((conversation) => {
      const members = all
        .filter(({ conversationIds }) => conversationIds.includes(conversation))
        .toSorted((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1))
        .map((member) => member.id)
      const place = members.indexOf(id)
      return place === -1 ? [] : [oddsOf(members[place - 1]), oddsOf(members[place + 1])]
    })
  return new Map(
    all.map(({ id }) => {
      const own = oddsOf(id)
      return [id, own + 0.4 * Math.max(0, ...better(id).map((odds) => odds - own))]
    }),
  )
}

it('finds what a search without any index finds, with the same scores', () => {
  fc.assert(
    fc.property(fc.uniqueArray(memories, { selector: ({ id }) => id, minLength: 1 }), queries, (all, query) => {
      // Texts that differ, so that none stands for another.
      const distinct = all.map((memory) => ({ ...memory, content: `${memory.content} ${memory.id}` }))
      const prepared = prepare(query)
      const expected = naiveEvidence(distinct, prepared)
      const index = build(distinct)
      const scores = new Map(index.search(prepared, EVERYTHING).map(({ id, score }) => [id, score]))
      expect(scores.size).toBe(distinct.length)
      for (const [id, odds] of expected) expect(scores.get(id)).toBeCloseTo(probabilityOf(odds), 6)
      const threshold = [...scores.values()].toSorted()[Math.floor(scores.size / 2)] ?? 0
      const reaching = [...scores].filter(([, score]) => score >= threshold).map(([id]) => id)
      const found = index.search(prepared, { ...EVERYTHING, threshold }).map(({ id }) => id)
      expect(found.toSorted()).toEqual(reaching.toSorted())
    }),
  )
})
