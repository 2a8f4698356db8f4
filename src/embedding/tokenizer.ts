/** Token ids of a text: its cheapest split into pieces of the vocabulary. */
export type Tokenizer = (text: string) => number[]

/** A piece and the logarithm of its probability. The index in the vocabulary is its id. */
export type VocabularyEntry = readonly [piece: string, score: number]

/** Ids 0 to 5 (unknown, start, end, three extras) stand for no text. */
const RESERVED_IDS = 6
const UNKNOWN = 0
const SPACE_MARK = '\u2581'
/** A power of two above the number of different characters; key of a child = node * this + character. */
const MAX_CHARACTERS = 1024

/** A prefix tree over the characters of the pieces, flat: some 18,000 nodes as objects would take many times the memory. */
interface Pieces {
  /** Number of each character (code point) that occurs in a piece. */
  readonly characters: ReadonlyMap<number, number>
  readonly children: ReadonlyMap<number, number>
  /** For each node the id of the piece that ends there, or -1. */
  readonly ids: readonly number[]
  readonly scores: readonly number[]
}

/**
 * The tokenizer of the Universal Sentence Encoder Lite: SentencePiece's unigram model, with the quirks of the JavaScript
 * it is published with, because the encoder's vectors are only right for these very ids.
 */
export function createTokenizer(vocabulary: readonly VocabularyEntry[]): Tokenizer {
  const pieces = buildPieces(vocabulary)
  return (text) => {
    const normal = text.normalize('NFKC')
    if (normal === '') return []
    return split(pieces, numberCharacters(pieces, `${SPACE_MARK}${normal.replaceAll(' ', SPACE_MARK)}`))
  }
}

function buildPieces(vocabulary: readonly VocabularyEntry[]): Pieces {
  const characters = new Map<number, number>()
  const children = new Map<number, number>()
  const ids = [-1]
  const scores = [0]
  vocabulary.forEach(([piece, score], id) => {
    if (id < RESERVED_IDS) return
    let node = 0
    for (const character of piece) {
      const number = getOrAdd(characters, character.codePointAt(0) ?? 0, characters.size)
      node = getOrAdd(children, node * MAX_CHARACTERS + number, children.size + 1)
      ids[node] ??= -1
      scores[node] ??= 0
    }
    // A piece that is listed twice counts where it is listed last.
    ids[node] = id
    scores[node] = score
  })
  if (characters.size > MAX_CHARACTERS) throw new Error(`the vocabulary has ${characters.size} different characters`)
  return { characters, children, ids, scores }
}

function getOrAdd(map: Map<number, number>, key: number, value: number): number {
  const present = map.get(key)
  if (present !== undefined) return present
  map.set(key, value)
  return value
}

/** The numbers of a text's characters; -1 for one that no piece has. */
function numberCharacters({ characters }: Pieces, text: string): number[] {
  const numbers: number[] = []
  for (const character of text) numbers.push(characters.get(character.codePointAt(0) ?? 0) ?? -1)
  return numbers
}

/** For each end of a prefix of the text: the best score so far, and the piece that ends there in that split. */
interface Lattice {
  /** 0 stands for "not reached yet" too, as in the published tokenizer. */
  readonly best: Float64Array
  readonly ids: Int32Array
  readonly lengths: Int32Array
}

/** Viterbi from left to right. Starts ascend, so the candidates of one end are seen in the order of their starts. */
function split(pieces: Pieces, text: readonly number[]): number[] {
  const lattice: Lattice = {
    best: new Float64Array(text.length + 1),
    ids: new Int32Array(text.length + 1),
    lengths: new Int32Array(text.length + 1).fill(1),
  }
  for (let start = 0; start < text.length; start += 1) {
    // A character that no piece starts with becomes an unknown, at no cost.
    if (!offerPieces(pieces, lattice, text, start)) offer(lattice, start, 1, UNKNOWN, 0)
  }
  return walkBack(lattice)
}

function offerPieces(
  { children, ids, scores }: Pieces,
  lattice: Lattice,
  text: readonly number[],
  start: number,
): boolean {
  let found = false
  let node = 0
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? -1
    const next = character < 0 ? undefined : children.get(node * MAX_CHARACTERS + character)
    if (next === undefined) break
    node = next
    const id = ids[node] ?? -1
    if (id < 0) continue
    found = true
    offer(lattice, start, at + 1 - start, id, scores[node] ?? 0)
  }
  return found
}

function offer({ best, ids, lengths }: Lattice, start: number, length: number, id: number, score: number): void {
  const end = start + length
  const total = score + (best[start] ?? 0)
  const present = best[end] ?? 0
  if (present !== 0 && total < present) return
  best[end] = total
  ids[end] = id
  lengths[end] = length
}

function walkBack({ ids, lengths }: Lattice): number[] {
  const tokens: number[] = []
  for (let end = ids.length - 1; end > 0; end -= lengths[end] ?? 1) {
    const id = ids[end] ?? UNKNOWN
    // Unknowns side by side are one token.
    if (id !== UNKNOWN || tokens.at(-1) !== UNKNOWN) tokens.push(id)
  }
  return tokens.reverse()
}
