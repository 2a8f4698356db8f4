import { createLexicalIndex, type WeightedTerms } from './lexical-index.js'
import { spreadToNeighbours } from './neighbours.js'
import { evidenceOf, probabilityOf } from './relevance.js'
import { selectBest } from './select.js'
import { normalizeText, termsOf } from './words.js'

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

interface Slot {
  memory: Omit<IndexedMemory, 'content'>
  text: string
  vectors: readonly Float32Array[]
}

const SLOT_BYTES = 400

/** Builds an empty index. */
export function createMemoryIndex(): MemoryIndex {
  const lexicalIndex = createLexicalIndex()
  const slots: (Slot | undefined)[] = []
  const slotOf = new Map<string, number>()
  let vectorBytes = 0

  const bestCosine = (slot: Slot, query: Float32Array | undefined): number | undefined => {
    if (query === undefined || slot.vectors.length === 0) return undefined
    let best = -1
    for (const vector of slot.vectors) best = Math.max(best, dot(query, vector))
    return best
  }
  const inRange = (slot: Slot | undefined, { begin, end }: Pick<SearchOptions, 'begin' | 'end'>): slot is Slot =>
    slot !== undefined && slot.memory.occurredAt >= begin && slot.memory.occurredAt < end
  const isNewer = (a: number, b: number) => {
    const [left, right] = [slots[a]?.memory, slots[b]?.memory]
    if (left === undefined || right === undefined) return left !== undefined
    return left.occurredAt === right.occurredAt ? left.id > right.id : left.occurredAt > right.occurredAt
  }

  return {
    put({ content, ...memory }) {
      const known = slotOf.get(memory.id)
      if (known !== undefined) {
        lexicalIndex.remove(known)
        slots[known] = undefined
      }
      const slot = slots.length
      slots.push({ memory, text: normalizeText(content), vectors: [] })
      slotOf.set(memory.id, slot)
      lexicalIndex.add(slot, termsOf(content))
    },
    setVectors(id, vectors) {
      const slot = slots[slotOf.get(id) ?? -1]
      if (slot === undefined) return
      slot.vectors = vectors
      vectorBytes += vectors.reduce((sum, vector) => sum + vector.byteLength, 0)
    },
    search(query, options) {
      const lexical = new Float64Array(slots.length)
      lexicalIndex.score(query.terms, lexical)
      const cosines = slots.map((slot) => slot && bestCosine(slot, query.vector))
      const evidence = Float64Array.from(slots, (slot, index) =>
        slot === undefined ? Number.NEGATIVE_INFINITY : evidenceOf(lexical[index] ?? 0, cosines[index]),
      )
      const spread = spreadToNeighbours(slots, evidence)
      const scores = spread.map(probabilityOf)
      const candidates = [...slots.keys()].filter(
        (index) => inRange(slots[index], options) && (scores[index] ?? 0) >= options.threshold,
      )
      const best = selectBest(candidates, options.limit, {
        keyOf: (index) => slots[index]?.text ?? '',
        isBetter: (a, b) => (scores[a] === scores[b] ? isNewer(a, b) : (scores[a] ?? 0) > (scores[b] ?? 0)),
        isNewer,
      })
      return best.flatMap((index) => {
        const slot = slots[index]
        if (slot === undefined) return []
        return {
          id: slot.memory.id,
          score: scores[index] ?? 0,
          lexical: lexical[index] ?? 0,
          cosine: cosines[index],
          occurredAt: slot.memory.occurredAt,
          matchedTerms: lexicalIndex.matched(index, query.terms),
        }
      })
    },
    latest(options) {
      const candidates = [...slots.keys()].filter((index) => inRange(slots[index], options))
      const best = selectBest(candidates, options.limit, {
        keyOf: (index) => slots[index]?.text ?? '',
        isBetter: isNewer,
        isNewer,
      })
      return best.flatMap((index) => slots[index]?.memory.id ?? [])
    },
    size: () => slotOf.size,
    bytes: () =>
      slots.reduce((sum, slot) => sum + (slot?.text.length ?? 0), slots.length * SLOT_BYTES) +
      vectorBytes +
      lexicalIndex.bytes(),
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum0 = 0
  let sum1 = 0
  let sum2 = 0
  let sum3 = 0
  for (let index = 0; index < a.length; index += 4) {
    sum0 += (a[index] ?? 0) * (b[index] ?? 0)
    sum1 += (a[index + 1] ?? 0) * (b[index + 1] ?? 0)
    sum2 += (a[index + 2] ?? 0) * (b[index + 2] ?? 0)
    sum3 += (a[index + 3] ?? 0) * (b[index + 3] ?? 0)
  }
  return sum0 + sum1 + sum2 + sum3
}
