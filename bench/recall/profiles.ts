import { createLexicalIndex } from '../../src/domain/recall/lexical-index.js'
import { createNeighbours, type Neighbours } from '../../src/domain/recall/neighbours.js'
import { type QuestionForm, toStatement } from '../../src/domain/recall/question-form.js'
import { createVectorStore, type VectorStore } from '../../src/domain/recall/vector-store.js'
import { termsOf } from '../../src/domain/recall/words.js'
import { chunkText } from '../../src/embedding/chunks.js'
import type { UseLite } from '../../src/embedding/use-lite.js'
import type { Task } from './task.js'

/** A question put to a profile, before the evidence is weighed. */
export interface Asked {
  readonly lexical: Float64Array
  readonly vector: Float32Array | undefined
  /** Slots of the memories that answer it; none for a question that has no answer here. */
  readonly gold: ReadonlySet<number>
  /** What is left out together when the fit is tested. */
  readonly group: number
}

/** The memories of one profile, and what is asked of it. */
export interface Profile {
  readonly store: VectorStore
  readonly neighbours: Neighbours
  readonly size: number
  readonly vectors: readonly (Float32Array | undefined)[]
  readonly answerable: readonly Asked[]
  readonly offTopic: readonly Asked[]
  readonly foreign: readonly Asked[]
}

export interface ProfileQuestions {
  readonly task: Task
  readonly groups: readonly number[]
  readonly offTopic: readonly string[]
  readonly foreign: readonly string[]
}

export function createProfile(
  { task, groups, offTopic, foreign }: ProfileQuestions,
  encode: UseLite['encode'],
): Profile {
  const lexicalIndex = createLexicalIndex()
  const store = createVectorStore()
  const neighbours = createNeighbours()
  const vectors = task.memories.map((memory, slot) => {
    const chunks = chunkText(memory.content).flatMap((chunk) => encode(chunk) ?? [])
    lexicalIndex.add(slot, termsOf(memory.content))
    store.set(slot, chunks)
    neighbours.add(slot, memory)
    return chunks[0]
  })
  const ask = (question: string, gold: ReadonlySet<string>, group: number): Asked => {
    const lexical = new Float64Array(task.memories.length)
    lexicalIndex.score(new Map(termsOf(question).map((term) => [term, 1])), lexical)
    const slots = task.memories.flatMap((memory, slot) => (memory.gold.some((id) => gold.has(id)) ? [slot] : []))
    return { lexical, vector: encode(question), gold: new Set(slots), group }
  }
  return {
    store,
    neighbours,
    size: task.memories.length,
    vectors,
    answerable: task.questions.map(({ question, gold }, at) => ask(question, gold, groups[at] ?? 0)),
    offTopic: offTopic.map((question, at) => ask(question, new Set(), at)),
    foreign: foreign.map((question, at) => ask(question, new Set(), at)),
  }
}

/** Cosines by slot, NaN where there is none. */
export function cosinesOf(profile: Profile, { vector }: Asked, form: QuestionForm): Float64Array {
  const cosines = new Float64Array(profile.size).fill(Number.NaN)
  if (vector !== undefined) profile.store.findNearest(toStatement(vector, form), cosines)
  return cosines
}

/** The mean difference of question and answer, and where these profiles' memories are along it. */
export function fitQuestionForm(profiles: readonly Profile[], isUsed: (group: number) => boolean): QuestionForm {
  const direction = new Float32Array(512)
  for (const { answerable, vectors } of profiles) {
    for (const { vector, gold, group } of answerable) {
      if (vector === undefined || !isUsed(group)) continue
      const [answer] = [...gold].flatMap((slot) => vectors[slot] ?? [])
      if (answer === undefined) continue
      for (let at = 0; at < 512; at += 1) direction[at] = (direction[at] ?? 0) + (vector[at] ?? 0) - (answer[at] ?? 0)
    }
  }
  const length = Math.hypot(...direction)
  const unit = direction.map((value) => value / length)
  const statements = profiles.flatMap(({ vectors }) => vectors.filter((vector) => vector !== undefined))
  const level = statements.reduce(
    (sum, statement) => sum + statement.reduce((dot, value, at) => dot + value * (unit[at] ?? 0), 0),
    0,
  )
  return { direction: unit, level: level / statements.length }
}
