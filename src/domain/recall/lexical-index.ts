import { createLongMap } from './long-map.js'

/** BM25 parameters, measured to be best with short memories. */
const K1 = 0.9
const B = 0.4

interface Posting {
  readonly slots: number[]
  readonly frequencies: number[]
}

/** A term of a query with its weight; plain queries weigh each term 1. */
export type WeightedTerms = ReadonlyMap<string, number>

/** An inverted index over the texts of one kind of memory of one profile. Slots are small integers given by the caller. */
export interface LexicalIndex {
  add(slot: number, terms: readonly string[]): void
  remove(slot: number): void
  /** Adds to `scores[slot]` how well each document fits, 0 to 1. */
  score(terms: WeightedTerms, scores: Float64Array): void
  /** Which of the terms the document holds. */
  matched(slot: number, terms: WeightedTerms): string[]
  /** Rough size in bytes. */
  bytes(): number
}

export function createLexicalIndex(): LexicalIndex {
  const postings = createLongMap<string, Posting>()
  const lengths: number[] = []
  const termsOfSlot: (string[] | undefined)[] = []
  let documents = 0
  let totalLength = 0
  let entries = 0

  const post = (slot: number, term: string, frequency: number) => {
    let posting = postings.get(term)
    if (posting === undefined) {
      posting = { slots: [], frequencies: [] }
      postings.set(term, posting)
    }
    posting.slots.push(slot)
    posting.frequencies.push(frequency)
    entries += 1
  }
  const unpost = (slot: number, term: string) => {
    const posting = postings.get(term)
    const at = posting?.slots.indexOf(slot) ?? -1
    if (posting === undefined || at === -1) return
    posting.slots.splice(at, 1)
    posting.frequencies.splice(at, 1)
    if (posting.slots.length === 0) postings.delete(term)
    entries -= 1
  }
  const idfOf = (posting: Posting | undefined) => {
    const n = posting?.slots.length ?? 0
    return Math.log(1 + (documents - n + 0.5) / (n + 0.5))
  }
  const addGains = ({ slots, frequencies }: Posting, gain: number, scores: Float64Array) => {
    const meanLength = totalLength / Math.max(documents, 1) || 1
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index] ?? 0
      const frequency = frequencies[index] ?? 0
      const norm = K1 * (1 - B + (B * (lengths[slot] ?? 0)) / meanLength)
      scores[slot] = (scores[slot] ?? 0) + (gain * frequency) / (frequency + norm)
    }
  }

  return {
    add(slot, terms) {
      const frequencies = new Map<string, number>()
      for (const term of terms) frequencies.set(term, (frequencies.get(term) ?? 0) + 1)
      for (const [term, frequency] of frequencies) post(slot, term, frequency)
      termsOfSlot[slot] = [...frequencies.keys()]
      lengths[slot] = terms.length
      documents += 1
      totalLength += terms.length
    },
    remove(slot) {
      for (const term of termsOfSlot[slot] ?? []) unpost(slot, term)
      documents -= 1
      totalLength -= lengths[slot] ?? 0
      termsOfSlot[slot] = undefined
    },
    score(terms, scores) {
      const found = [...terms].map(([term, weight]) => ({ weight, posting: postings.get(term) }))
      // Unseen terms count too: a question about something else must not score as if it were answered.
      const most = (K1 + 1) * found.reduce((sum, { weight, posting }) => sum + weight * idfOf(posting), 0)
      if (most <= 0) return
      for (const { weight, posting } of found) {
        if (posting === undefined) continue
        addGains(posting, (weight * idfOf(posting) * (K1 + 1)) / most, scores)
      }
    },
    matched: (slot, terms) => (termsOfSlot[slot] ?? []).filter((term) => terms.has(term)),
    bytes: () => entries * 32 + postings.size * 120 + lengths.length * 64,
  }
}
