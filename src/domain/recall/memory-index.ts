import { createLexicalIndex, type WeightedTerms } from './lexical-index.js'
import { createNeighbours } from './neighbours.js'
import { evidenceOf, probabilityOf } from './relevance.js'
import { createSameTexts } from './same-texts.js'
import { selectBest } from './select.js'
import { createVectorStore } from './vector-store.js'
import { termsOf } from './words.js'

/** A memory as the index knows it. Times in milliseconds since the epoch. */
export interface IndexedMemory {
  readonly id: string
  readonly content: string
  readonly occurredAt: number
  readonly conversationIds: readonly string[]
}

/** A question, ready to be searched with. */
export interface PreparedQuery {
  readonly terms: WeightedTerms
  /** Absent when there is no encoder, it failed, or the text has no tokens. */
  readonly vector: Float32Array | undefined
}

export interface SearchOptions {
  readonly limit: number
  readonly threshold: number
  /** Inclusive and exclusive bounds of occurredAt. */
  readonly begin: number
  readonly end: number
}

/** A memory that was found, with what its score is made of. */
export interface Hit {
  readonly id: string
  readonly score: number
  readonly lexical: number
  readonly cosine: number | undefined
  readonly occurredAt: number
  readonly matchedTerms: readonly string[]
}

/** All memories of one kind of one profile, in memory. */
export interface MemoryIndex {
  /** Adds a memory or replaces its text; vectors come later. */
  put(memory: IndexedMemory): void
  /** Sets the vectors of a memory's chunks. */
  setVectors(id: string, vectors: readonly Float32Array[]): void
  /** The best memories for a query, best first; of equal texts only the newest. */
  search(query: PreparedQuery, options: SearchOptions): Hit[]
  /** Ids in the order of time, newest first; of equal texts only the newest. */
  latest(options: Omit<SearchOptions, 'threshold'>): string[]
  size(): number
  /** Rough size in bytes. */
  bytes(): number
}

const SLOT_BYTES = 400
/** In the array of cosines: the memory has no vector, or there is none of the query. */
const NO_COSINE = Number.NaN

/** Builds an empty index. A memory keeps its slot, a small number, when its text is replaced. */
export function createMemoryIndex(): MemoryIndex {
  const lexicalIndex = createLexicalIndex()
  const vectorStore = createVectorStore()
  const neighbours = createNeighbours()
  const sameTexts = createSameTexts()
  const slotOf = new Map<string, number>()
  const ids: string[] = []
  const times: number[] = []

  const isNewer = (a: number, b: number): boolean => {
    const [left = 0, right = 0] = [times[a], times[b]]
    return left === right ? (ids[a] ?? '') > (ids[b] ?? '') : left > right
  }
  const inRange = (slot: number, { begin, end }: Pick<SearchOptions, 'begin' | 'end'>): boolean => {
    const time = times[slot] ?? Number.NaN
    return time >= begin && time < end
  }
  const clear = (slot: number) => {
    lexicalIndex.remove(slot)
    neighbours.remove(slot)
    sameTexts.remove(slot)
    vectorStore.set(slot, [])
  }
  const score = (query: PreparedQuery): Scored => {
    const lexical = new Float64Array(ids.length)
    lexicalIndex.score(query.terms, lexical)
    const cosines = new Float64Array(ids.length).fill(NO_COSINE)
    if (query.vector !== undefined) vectorStore.findNearest(query.vector, cosines)
    const evidence = lexical.map((value, slot) => evidenceOf(value, presentCosine(cosines, slot)))
    neighbours.spread(evidence)
    return { lexical, cosines, scores: evidence.map(probabilityOf) }
  }

  return {
    put({ content, ...memory }) {
      const known = slotOf.get(memory.id)
      if (known !== undefined) clear(known)
      const slot = known ?? ids.length
      slotOf.set(memory.id, slot)
      ids[slot] = memory.id
      times[slot] = memory.occurredAt
      lexicalIndex.add(slot, termsOf(content))
      neighbours.add(slot, memory)
      sameTexts.add(slot, content)
    },
    setVectors(id, vectors) {
      const slot = slotOf.get(id)
      if (slot !== undefined) vectorStore.set(slot, vectors)
    },
    search(query, options) {
      if (options.limit === 0) return []
      const { lexical, cosines, scores } = score(query)
      const candidates: number[] = []
      for (let slot = 0; slot < scores.length; slot += 1) {
        if ((scores[slot] ?? 0) >= options.threshold && inRange(slot, options)) candidates.push(slot)
      }
      const isBetter = (a: number, b: number) =>
        scores[a] === scores[b] ? isNewer(a, b) : (scores[a] ?? 0) > (scores[b] ?? 0)
      const best = selectBest(candidates, options.limit, { keyOf: sameTexts.keyOf, isBetter, isNewer })
      return best.map((slot) => ({
        id: ids[slot] ?? '',
        score: scores[slot] ?? 0,
        lexical: lexical[slot] ?? 0,
        cosine: presentCosine(cosines, slot),
        occurredAt: times[slot] ?? 0,
        matchedTerms: lexicalIndex.matched(slot, query.terms),
      }))
    },
    latest(options) {
      const candidates = [...ids.keys()].filter((slot) => inRange(slot, options))
      const selection = { keyOf: sameTexts.keyOf, isBetter: isNewer, isNewer }
      return selectBest(candidates, options.limit, selection).map((slot) => ids[slot] ?? '')
    },
    size: () => ids.length,
    bytes: () => ids.length * SLOT_BYTES + sameTexts.bytes() + vectorStore.bytes() + lexicalIndex.bytes(),
  }
}

/** What is known of each memory, by slot. */
interface Scored {
  readonly lexical: Float64Array
  readonly cosines: Float64Array
  readonly scores: Float64Array
}

function presentCosine(cosines: Float64Array, slot: number): number | undefined {
  const cosine = cosines[slot] ?? NO_COSINE
  return Number.isNaN(cosine) ? undefined : cosine
}
