/** BM25 parameters, measured to be best with short memories. */
const K1 = 0.9
const B = 0.4

interface Posting {
  readonly slots: number[]
  readonly frequencies: number[]
  /** Documents of the posting that still stand. */
  live: number
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
  const postings = new Map<string, Posting>()
  const lengths: number[] = []
  const termsOfSlot: (string[] | undefined)[] = []
  let documents = 0
  let totalLength = 0
  let entries = 0

  const post = (slot: number, term: string, frequency: number) => {
    const posting = postings.get(term) ?? { slots: [], frequencies: [], live: 0 }
    posting.slots.push(slot)
    posting.frequencies.push(frequency)
    posting.live += 1
    postings.set(term, posting)
    entries += 1
  }
  const idfOf = (posting: Posting | undefined) => {
    const n = posting?.live ?? 0
    return Math.log(1 + (documents - n + 0.5) / (n + 0.5))
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
      for (const term of termsOfSlot[slot] ?? []) {
        const posting = postings.get(term)
        if (posting !== undefined) posting.live -= 1
      }
      documents -= 1
      totalLength -= lengths[slot] ?? 0
      termsOfSlot[slot] = undefined
    },
    score(terms, scores) {
      const found = [...terms].map(([term, weight]) => ({ weight, posting: postings.get(term) }))
      // Unseen terms count too: a question about something else must not score as if it were answered.
      const most = (K1 + 1) * found.reduce((sum, { weight, posting }) => sum + weight * idfOf(posting), 0)
      if (most <= 0) return
      const meanLength = totalLength / Math.max(documents, 1) || 1
      for (const { weight, posting } of found) {
        if (posting === undefined) continue
        const gain = (weight * idfOf(posting) * (K1 + 1)) / most
        posting.slots.forEach((slot, index) => {
          if (termsOfSlot[slot] === undefined) return
          const frequency = posting.frequencies[index] ?? 0
          const norm = K1 * (1 - B + (B * (lengths[slot] ?? 0)) / meanLength)
          scores[slot] = (scores[slot] ?? 0) + (gain * frequency) / (frequency + norm)
        })
      }
    },
    matched: (slot, terms) => (termsOfSlot[slot] ?? []).filter((term) => terms.has(term)),
    bytes: () => entries * 32 + postings.size * 120 + lengths.length * 64,
  }
}
