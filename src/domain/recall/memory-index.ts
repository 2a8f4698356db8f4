import { createLexicalIndex, type WeightedTerms } from './lexical-index.js'
import { createLongMap } from './long-map.js'
import { createNeighbours } from './neighbours.js'
import { evidenceOf, oddsOf, probabilityOf } from './relevance.js'
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
  /** Forgets a memory; one that is not there is no fault. */
  remove(id: string): void
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
/** Log odds of a threshold may be off by so much, far more than rounding does. */
const ROUNDING = 1e-6
/** Log odds beyond which a score may be 1. */
const CERTAIN = 30
/** In the array of cosines: the memory has no vector, or there is none of the query. */
const NO_COSINE = Number.NaN

/** Of a slot whose memory was removed: in no range of time. */
const NO_TIME = Number.NaN

/**
 * Builds an empty index. A memory keeps its slot, a small number, when its text is replaced; that of a removed one is given
 * to the next that comes.
 */
export function createMemoryIndex(): MemoryIndex {
  const lexicalIndex = createLexicalIndex()
  const vectorStore = createVectorStore()
  const neighbours = createNeighbours()
  const sameTexts = createSameTexts()
  const slotOf = createLongMap<string, number>()
  const ids: string[] = []
  const times: number[] = []
  const freeSlots: number[] = []

  const isNewer = (a: number, b: number): boolean => {
    const left = times[a] ?? 0
    const right = times[b] ?? 0
    return left === right ? (ids[a] ?? '') > (ids[b] ?? '') : left > right
  }
  const inRange = (slot: number, { begin, end }: Pick<SearchOptions, 'begin' | 'end'>): boolean => {
    const time = times[slot] ?? NO_TIME
    return time >= begin && time < end
  }
  const clear = (slot: number) => {
    lexicalIndex.remove(slot)
    neighbours.remove(slot)
    sameTexts.remove(slot)
    vectorStore.set(slot, [])
  }
  const weigh = (query: PreparedQuery): Weighed => {
    const lexical = new Float64Array(ids.length)
    lexicalIndex.score(query.terms, lexical)
    const cosines = new Float64Array(ids.length).fill(NO_COSINE)
    if (query.vector !== undefined) vectorStore.findNearest(query.vector, cosines)
    const evidence = new Float64Array(ids.length)
    for (let slot = 0; slot < ids.length; slot += 1) {
      evidence[slot] = evidenceOf(lexical[slot] ?? 0, cosines[slot] ?? NO_COSINE)
    }
    neighbours.spread(evidence)
    return { lexical, cosines, evidence }
  }
  /** Slots that reach the threshold within the range. */
  const findCandidates = (evidence: Float64Array, options: SearchOptions): number[] => {
    // Most memories are left out by a comparison, without an exponential.
    const least =
      options.threshold <= 0 ? Number.NEGATIVE_INFINITY : Math.min(oddsOf(options.threshold), CERTAIN) - ROUNDING
    const candidates: number[] = []
    for (let slot = 0; slot < evidence.length; slot += 1) {
      const odds = evidence[slot] ?? Number.NEGATIVE_INFINITY
      if (odds >= least && inRange(slot, options) && probabilityOf(odds) >= options.threshold) candidates.push(slot)
    }
    return candidates
  }

  return {
    put({ content, ...memory }) {
      const known = slotOf.get(memory.id)
      if (known !== undefined) clear(known)
      const slot = known ?? freeSlots.pop() ?? ids.length
      slotOf.set(memory.id, slot)
      ids[slot] = memory.id
      times[slot] = memory.occurredAt
      lexicalIndex.add(slot, termsOf(content))
      neighbours.add(slot, memory)
      sameTexts.add(slot, content)
    },
    remove(id) {
      const slot = slotOf.get(id)
      if (slot === undefined) return
      clear(slot)
      slotOf.delete(id)
      times[slot] = NO_TIME
      freeSlots.push(slot)
    },
    setVectors(id, vectors) {
      const slot = slotOf.get(id)
      if (slot !== undefined) vectorStore.set(slot, vectors)
    },
    search(query, options) {
      if (options.limit === 0) return []
      const { lexical, cosines, evidence } = weigh(query)
      const candidates = findCandidates(evidence, options)
      const isBetter = (a: number, b: number) => {
        const lead = (evidence[a] ?? 0) - (evidence[b] ?? 0)
        return lead === 0 ? isNewer(a, b) : lead > 0
      }
      const best = selectBest(candidates, options.limit, { keyOf: sameTexts.keyOf, isBetter, isNewer })
      return best.map((slot) => ({
        id: ids[slot] ?? '',
        score: probabilityOf(evidence[slot] ?? 0),
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
    size: () => slotOf.size,
    bytes: () => ids.length * SLOT_BYTES + sameTexts.bytes() + vectorStore.bytes() + lexicalIndex.bytes(),
  }
}

/** What is known of each memory, by slot. */
interface Weighed {
  readonly lexical: Float64Array
  readonly cosines: Float64Array
  /** Log odds. */
  readonly evidence: Float64Array
}

function presentCosine(cosines: Float64Array, slot: number): number | undefined {
  const cosine = cosines[slot] ?? NO_COSINE
  return Number.isNaN(cosine) ? undefined : cosine
}
