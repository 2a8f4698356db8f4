import { parseArgs } from 'node:util'
import { createMemoryIndex, type MemoryIndex, type PreparedQuery } from '../../src/domain/recall/memory-index.js'
import { termsOf } from '../../src/domain/recall/words.js'
import { chunkText } from '../../src/embedding/chunks.js'
import type { Encoder } from '../../src/embedding/encoder.js'
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
type Method = 'hybrid' | 'lexical' | 'recency'
const METHODS: readonly Method[] = ['recency', 'lexical', 'hybrid']
const KINDS: readonly TaskKind[] = ['observations', 'turns', 'summaries']
const ALL = { threshold: 0, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

type Encode = (texts: readonly string[]) => Promise<(Float32Array | undefined)[]>

async function buildIndex(task: Task, encode: Encode): Promise<MemoryIndex> {
  const index = createMemoryIndex()
  for (const memory of task.memories) {
    index.put(memory)
    const vectors = await encode(chunkText(memory.content))
    index.setVectors(
      memory.id,
      vectors.filter((vector) => vector !== undefined),
    )
  }
  return index
}

async function prepare(text: string, encode: Encode, method: Method): Promise<PreparedQuery> {
  const [vector] = method === 'hybrid' ? await encode([text]) : []
  return { terms: new Map(termsOf(text).map((term) => [term, 1])), vector }
}

async function rank(index: MemoryIndex, question: string, encode: Encode, method: Method): Promise<string[]> {
  if (method === 'recency') return index.latest({ ...ALL, limit: 20 })
  return index.search(await prepare(question, encode, method), { ...ALL, limit: 20 }).map(({ id }) => id)
}

/** What a threshold does: percent of answerable questions that keep a memory that answers, and of foreign ones that get anything. */
const THRESHOLDS = [0.05, 0.1, 0.2, 0.3, 0.5]

/** The best scores there are: of what answers each question, and of anything for each foreign question. */
interface Scores {
  readonly answering: { readonly score: number; readonly sharesWord: boolean }[]
  readonly foreign: number[]
}

async function collectScores(
  index: MemoryIndex,
  task: Task,
  foreign: readonly string[],
  encode: Encode,
): Promise<Scores> {
  const goldOf = new Map(task.memories.map((memory) => [memory.id, memory.gold]))
  const hitsOf = async (question: string) =>
    index.search(await prepare(question, encode, 'hybrid'), { ...ALL, limit: 100 })
  const scores: Scores = { answering: [], foreign: [] }
  for (const { question, gold } of task.questions) {
    const best = (await hitsOf(question)).find(({ id }) => goldOf.get(id)?.some((goldId) => gold.has(goldId)))
    scores.answering.push({ score: best?.score ?? 0, sharesWord: (best?.matchedTerms.length ?? 0) > 0 })
  }
  for (const question of foreign) scores.foreign.push((await hitsOf(question))[0]?.score ?? 0)
  return scores
}

function printThresholds({ answering, foreign }: Scores): void {
  const share = (scores: readonly number[], threshold: number) =>
    ((100 * scores.filter((score) => score >= threshold).length) / Math.max(scores.length, 1)).toFixed(1)
  const scoresOf = (sharesWord: boolean) =>
    answering.filter((best) => best.sharesWord === sharesWord).map(({ score }) => score)
  const all = answering.map(({ score }) => score)
  console.log('|  | at | kept | of those sharing a word | of those sharing none | foreign | | |')
  for (const at of THRESHOLDS) {
    const shares = [all, scoresOf(true), scoresOf(false), foreign].map((scores) => share(scores, at))
    console.log(`|  | ${at} | ${shares.join(' | ')} | | |`)
  }
}

/** @param foreignTo questions that have no answer among the memories of the task at this position */
async function judge(
  name: string,
  tasks: readonly Task[],
  foreignTo: (position: number) => readonly string[],
  encode: Encode,
): Promise<void> {
  const measured = new Map(METHODS.map((method) => [method, [] as ReturnType<typeof measure>[]]))
  const scores: Scores = { answering: [], foreign: [] }
  for (const [position, task] of tasks.entries()) {
    const index = await buildIndex(task, encode)
    const goldOf = new Map(task.memories.map((memory) => [memory.id, memory.gold]))
    for (const { question, gold } of task.questions) {
      for (const method of METHODS) {
        const ranking = await rank(index, question, encode, method)
        measured.get(method)?.push(
          measure(
            ranking.map((id) => goldOf.get(id) ?? []),
            gold,
          ),
        )
      }
    }
    const { answering, foreign } = await collectScores(index, task, foreignTo(position), encode)
    scores.answering.push(...answering)
    scores.foreign.push(...foreign)
  }
  for (const [method, all] of measured) {
    const { recall3, recall5, recall10, recall20, ndcg10, mrr20 } = meanOf(all)
    console.log(
      `| ${name} (${all.length}) | ${method} | ${[recall3, recall5, recall10, recall20, ndcg10, mrr20].join(' | ')} |`,
    )
  }
  printThresholds(scores)
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
    await judge('customers', tasks, () => offTopic, encode)
  }
  for (const kind of values.locomo === undefined ? [] : KINDS) {
    if (values.only === undefined || values.only === kind) await judgeLocomo(values.locomo ?? '', kind, encode)
  }
}

/** Foreign to a conversation is what is asked about the next one. */
async function judgeLocomo(file: string, kind: TaskKind, encode: Encode): Promise<void> {
  const tasks = readTasks(file, kind)
  const questionsOf = (position: number) => tasks[position % tasks.length]?.questions ?? []
  await judge(kind, tasks, (position) => questionsOf(position + 1).map(({ question }) => question), encode)
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
