import { parseArgs } from 'node:util'
import {
  createMemoryIndex,
  type Hit,
  type MemoryIndex,
  type PreparedQuery,
} from '../../src/domain/recall/memory-index.js'
import { findQuestionForm, toStatement } from '../../src/domain/recall/question-form.js'
import { termsOf } from '../../src/domain/recall/words.js'
import { chunkText } from '../../src/embedding/chunks.js'
import type { Encoder } from '../../src/embedding/encoder.js'
import { USE_LITE_MODEL } from '../../src/embedding/model-files.js'
import { loadUseLite } from '../../src/embedding/use-lite.js'
import { readCustomers } from './customers.js'
import { readTasks, type TaskKind } from './locomo.js'
import { meanOf, measure } from './measures.js'
import type { Task } from './task.js'

/**
 * How well recall ranks, beside the newest first and BM25 alone: `npm run bench:recall -- --customers` on the made-up
 * customers of this repository, `-- --locomo FILE [--only observations|turns|summaries]` on the LoCoMo benchmark.
 */

/** How a ranking is made: the product's, or one of what it must beat. */
type Method = 'recall' | 'words and neighbours' | 'BM25' | 'newest first'
const METHODS: readonly Method[] = ['newest first', 'BM25', 'words and neighbours', 'recall']
const QUESTION_FORM = findQuestionForm(USE_LITE_MODEL)
const KINDS: readonly TaskKind[] = ['observations', 'turns', 'summaries']
const ALL = { threshold: 0, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

type Encode = (texts: readonly string[]) => Promise<(Float32Array | undefined)[]>

/** The index of the product, and one in which no memory has neighbours. */
interface Indexes {
  readonly recall: MemoryIndex
  readonly alone: MemoryIndex
}

async function buildIndexes(task: Task, encode: Encode): Promise<Indexes> {
  const indexes = { recall: createMemoryIndex(), alone: createMemoryIndex() }
  for (const memory of task.memories) {
    indexes.recall.put(memory)
    indexes.alone.put({ ...memory, conversationIds: [] })
    const vectors = await encode(chunkText(memory.content))
    indexes.recall.setVectors(
      memory.id,
      vectors.filter((vector) => vector !== undefined),
    )
  }
  return indexes
}

async function prepare(text: string, encode: Encode, method: Method): Promise<PreparedQuery> {
  const [vector] = method === 'recall' ? await encode([text]) : []
  return {
    terms: new Map(termsOf(text).map((term) => [term, 1])),
    vector: vector && QUESTION_FORM && toStatement(vector, QUESTION_FORM),
  }
}

async function rank({ recall, alone }: Indexes, question: string, encode: Encode, method: Method): Promise<string[]> {
  if (method === 'newest first') return recall.latest({ ...ALL, limit: 20 })
  const index = method === 'BM25' ? alone : recall
  return index.search(await prepare(question, encode, method), { ...ALL, limit: 20 }).map(({ id }) => id)
}

/** What a threshold does: percent of answerable questions that keep a memory that answers, and of others that get anything. */
const THRESHOLDS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5]
/** With vectors, and without. */
const SCORED: readonly Method[] = ['recall', 'words and neighbours']

/** Questions that have no answer among the memories of a task. */
interface Unanswerable {
  readonly offTopic: readonly string[]
  /** About somebody else's conversation. */
  readonly foreign: readonly string[]
}

/** The best scores there are: of what answers each question, and of anything for each that has no answer. */
interface Scores {
  readonly answering: { readonly score: number; readonly sharesWord: boolean }[]
  readonly offTopic: number[]
  readonly foreign: number[]
}

async function collectScores(
  search: (question: string) => Promise<Hit[]>,
  task: Task,
  unanswerable: Unanswerable,
  scores: Scores,
): Promise<void> {
  const goldOf = new Map(task.memories.map((memory) => [memory.id, memory.gold]))
  for (const { question, gold } of task.questions) {
    const best = (await search(question)).find(({ id }) => goldOf.get(id)?.some((goldId) => gold.has(goldId)))
    scores.answering.push({ score: best?.score ?? 0, sharesWord: (best?.matchedTerms.length ?? 0) > 0 })
  }
  for (const kind of ['offTopic', 'foreign'] as const) {
    for (const question of unanswerable[kind]) scores[kind].push((await search(question))[0]?.score ?? 0)
  }
}

function printThresholds(method: Method, { answering, offTopic, foreign }: Scores): void {
  const share = (scores: readonly number[], threshold: number) =>
    scores.length === 0 ? '-' : ((100 * scores.filter((score) => score >= threshold).length) / scores.length).toFixed(1)
  const scoresOf = (sharesWord: boolean) =>
    answering.filter((best) => best.sharesWord === sharesWord).map(({ score }) => score)
  const all = answering.map(({ score }) => score)
  console.log(`| ${method} | at | kept | of those sharing a word | of those sharing none | off topic | foreign | |`)
  for (const at of THRESHOLDS) {
    const shares = [all, scoresOf(true), scoresOf(false), offTopic, foreign].map((scores) => share(scores, at))
    console.log(`|  | ${at} | ${shares.join(' | ')} | |`)
  }
}

async function judge(
  name: string,
  tasks: readonly Task[],
  unanswerableBy: (position: number) => Unanswerable,
  encode: Encode,
): Promise<void> {
  const measured = new Map(METHODS.map((method) => [method, [] as ReturnType<typeof measure>[]]))
  const scored = new Map(
    SCORED.map((method): [Method, Scores] => [method, { answering: [], offTopic: [], foreign: [] }]),
  )
  for (const [position, task] of tasks.entries()) {
    const indexes = await buildIndexes(task, encode)
    const goldOf = new Map(task.memories.map((memory) => [memory.id, memory.gold]))
    for (const { question, gold } of task.questions) {
      for (const [method, measures] of measured) {
        const ranking = await rank(indexes, question, encode, method)
        measures.push(
          measure(
            ranking.map((id) => goldOf.get(id) ?? []),
            gold,
          ),
        )
      }
    }
    for (const [method, scores] of scored) {
      const search = async (question: string) =>
        indexes.recall.search(await prepare(question, encode, method), { ...ALL, limit: 100 })
      await collectScores(search, task, unanswerableBy(position), scores)
    }
  }
  for (const [method, all] of measured) {
    const { recall3, recall5, recall10, recall20, ndcg10, mrr20 } = meanOf(all)
    console.log(
      `| ${name} (${all.length}) | ${method} | ${[recall3, recall5, recall10, recall20, ndcg10, mrr20].join(' | ')} |`,
    )
  }
  for (const [method, scores] of scored) printThresholds(method, scores)
}

const { values } = parseArgs({
  options: { locomo: { type: 'string' }, only: { type: 'string' }, customers: { type: 'boolean', default: false } },
})
if (values.locomo === undefined && !values.customers) {
  console.log('Say what to measure on: npm run bench:recall -- --customers, or -- --locomo FILE')
} else {
  const encoder: Pick<Encoder, 'encode'> = await createCachedEncoder()
  const encode: Encode = (texts) => encoder.encode(texts)
  console.log(
    '| memories (questions) | method | R@3 | R@5 | R@10 | R@20 | nDCG@10 | MRR@20 |\n|---|---|---|---|---|---|---|---|',
  )
  if (values.customers) {
    const { tasks, offTopic } = readCustomers()
    await judge('customers', tasks, () => ({ offTopic, foreign: [] }), encode)
  }
  for (const kind of values.locomo === undefined ? [] : KINDS) {
    if (values.only === undefined || values.only === kind) await judgeLocomo(values.locomo ?? '', kind, encode)
  }
}

/** Foreign to a conversation is what is asked about the next one. */
async function judgeLocomo(file: string, kind: TaskKind, encode: Encode): Promise<void> {
  const tasks = readTasks(file, kind)
  const { offTopic } = readCustomers()
  const foreignTo = (position: number) =>
    (tasks[(position + 1) % tasks.length]?.questions ?? []).map(({ question }) => question)
  await judge(kind, tasks, (position) => ({ offTopic, foreign: foreignTo(position) }), encode)
}

/** The built-in encoder on this thread, each text once. */
async function createCachedEncoder(): Promise<Pick<Encoder, 'encode'>> {
  const useLite = await loadUseLite()
  const vectors = new Map<string, Float32Array | undefined>()
  return {
    async encode(texts) {
      return texts.map((text) => {
        if (!vectors.has(text)) vectors.set(text, useLite.encode(text))
        return vectors.get(text)
      })
    },
  }
}
