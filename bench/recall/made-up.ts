import { createRandom, type Random } from '../random.js'
import { readCustomers } from './customers.js'

/** A memory with a vector, both made up. */
export interface MadeUpMemory {
  readonly id: string
  readonly content: string
  readonly occurredAt: number
  readonly conversationIds: string[]
  readonly vector: Float32Array
}

const DIMENSIONS = 512
const MEMORIES_A_CONVERSATION = 6
const SYLLABLES = ['ba', 'den', 'ko', 'lu', 'mer', 'ni', 'par', 'ro', 'sta', 'ti', 'ver', 'zan', 'fel', 'gor', 'hin']
const SUBJECTS = ['The customer', 'She', 'He', 'The household', 'The agent', 'Their daughter', 'The account owner']
const VERBS = ['prefers', 'asked about', 'complained about', 'ordered', 'returned', 'cancelled', 'likes', 'recommended']

/** Words as unequally common as those of a language: the n-th is used 1/n as often as the first. */
export function createWords(random: Random, size = 4000): () => string {
  const words = Array.from({ length: size }, () =>
    Array.from({ length: 2 + random.integer(3) }, () => random.pick(SYLLABLES)).join(''),
  )
  return () => words[Math.floor(size ** random.fraction()) - 1] ?? 'word'
}

/** A sentence of 8 to 25 words. */
export function makeSentence(random: Random, word: () => string): string {
  const words = Array.from({ length: 6 + random.integer(17) }, word)
  return `${random.pick(SUBJECTS)} ${random.pick(VERBS)} ${words.join(' ')}.`
}

/** A random vector of length 1. */
export function makeVector(random: Random): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, () => random.fraction() - 0.5)
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

/**
 * Any number of memories in English, for what encodes them: each is two of the made-up customers', 24 tokens in the median.
 * Made-up words would be two to three times as long to the encoder as English ones.
 */
export function makeNotes(count: number, seed = 1): Omit<MadeUpMemory, 'id' | 'vector'>[] {
  const random = createRandom(seed)
  const contents = readCustomers().tasks.flatMap(({ memories }) => memories.map(({ content }) => content))
  return Array.from({ length: count }, (_, index) => ({
    content: `${random.pick(contents)}. ${random.pick(contents)}`,
    occurredAt: index * 60_000,
    conversationIds: [`c${Math.floor(index / MEMORIES_A_CONVERSATION)}`],
  }))
}

/** Questions to and beside the made-up customers' memories, each once, 8 tokens in the median. @throws Error beyond 212 */
export function makeEnglishQuestions(count: number, seed = 2): string[] {
  const random = createRandom(seed)
  const { tasks, offTopic } = readCustomers()
  const asked = tasks.flatMap(({ questions }) => questions.map(({ question }) => question))
  const left = [...new Set([...asked, ...offTopic])]
  if (count > left.length) throw new Error(`there are no more than ${left.length} questions`)
  return Array.from({ length: count }, () => left.splice(random.integer(left.length), 1)[0] ?? '')
}

/** Memories of one profile. The same seed makes the same ones. */
export function makeMemories(count: number, seed = 1): MadeUpMemory[] {
  const random = createRandom(seed)
  const word = createWords(random)
  return Array.from({ length: count }, (_, index) => ({
    id: `m${String(index).padStart(6, '0')}`,
    content: makeSentence(random, word),
    occurredAt: index * 60_000,
    conversationIds: [`c${Math.floor(index / MEMORIES_A_CONVERSATION)}`],
    vector: makeVector(random),
  }))
}

/** Questions in the same words. */
export function makeQuestions(count: number, seed = 2): string[] {
  const random = createRandom(seed)
  const word = createWords(createRandom(1))
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 3 + random.integer(4) }, word)
    return `What did the customer say about ${words.join(' ')}?`
  })
}
