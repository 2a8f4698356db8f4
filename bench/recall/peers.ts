import { execFileSync } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadUseLite } from '../../src/embedding/use-lite.js'
import { percentile } from '../statistics.js'
import { readCustomers } from './customers.js'
import { makeEnglishQuestions, makeNotes } from './made-up.js'
import { meanOf, measure } from './measures.js'
import type { Candidate, Encode, PeerMemory } from './peers/candidate.js'
import { createMem0, createMiniSearch } from './peers/others.js'
import { createIndexCandidate, createServerCandidate } from './peers/ours.js'

/**
 * Recall beside other libraries, all in one run and in turns: `npm run bench:recall:peers -- [--sizes 200,2000,20000]
 * [--questions 100]`. The others are installed into bench/peers, not into the project. Nothing else is fetched.
 */

const WARM_UP = 10
const DIMENSIONS = 512

/** The built-in encoder, each text once until `forgetQuestions`: memories never count, questions when they are new. */
interface SharedEncoder {
  readonly encode: Encode
  prepare(text: string): void
  forgetQuestions(): void
}

async function createSharedEncoder(): Promise<SharedEncoder> {
  const useLite = await loadUseLite()
  const prepared = new Map<string, Float32Array>()
  const questions = new Map<string, Float32Array>()
  const encodeNow = (text: string) => useLite.encode(text) ?? new Float32Array(DIMENSIONS)
  return {
    async encode(text) {
      const vector = prepared.get(text) ?? questions.get(text) ?? encodeNow(text)
      if (!prepared.has(text)) questions.set(text, vector)
      return vector
    },
    prepare: (text) => void prepared.set(text, encodeNow(text)),
    forgetQuestions: () => questions.clear(),
  }
}

async function withCandidates(
  encoder: SharedEncoder,
  work: (all: readonly Candidate[]) => Promise<void>,
): Promise<void> {
  const all: Candidate[] = [
    await createServerCandidate(),
    createIndexCandidate(encoder.encode),
    await createMem0(encoder.encode),
    createMiniSearch(false),
    createMiniSearch(true),
  ]
  try {
    await work(all)
  } finally {
    for (const candidate of all) await candidate.close()
  }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function format(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  return `${percentile(sorted, 0.5).toFixed(2)} / ${percentile(sorted, 0.95).toFixed(2)}`
}

interface Times {
  readonly add: number[]
  readonly fresh: number[]
  readonly repeated: number[]
}

/** Adds each memory to each candidate in turn, then asks each question of each, first as a new one and then again. */
async function measureTimes(size: number, questions: number, encoder: SharedEncoder): Promise<void> {
  const memories = makeNotes(size).map(
    ({ content, occurredAt, conversationIds }): PeerMemory => ({
      content,
      occurredAt,
      conversation: Number(conversationIds[0]?.slice(1)),
    }),
  )
  const encoding = await time(async () => memories.forEach(({ content }) => void encoder.prepare(content)))
  await withCandidates(encoder, async (all) => {
    const times = new Map(all.map((candidate) => [candidate, { add: [], fresh: [], repeated: [] } as Times]))
    for (const [turn, memory] of memories.entries()) {
      for (const candidate of inTurn(all, turn))
        times.get(candidate)?.add.push(await time(() => candidate.add('one', memory)))
    }
    const settling = await time(async () => {
      for (const candidate of all) await candidate.settle()
    })
    for (const [turn, question] of makeEnglishQuestions(WARM_UP + questions, size).entries()) {
      for (const candidate of inTurn(all, turn)) {
        encoder.forgetQuestions()
        const fresh = await time(() => candidate.search('one', question))
        const repeated = await time(() => candidate.search('one', question))
        if (turn < WARM_UP) continue
        times.get(candidate)?.fresh.push(fresh)
        times.get(candidate)?.repeated.push(repeated)
      }
    }
    for (const [{ name }, { add, fresh, repeated }] of times) {
      console.log(`| ${size} | ${name} | ${format(add)} | ${format(fresh)} | ${format(repeated)} |`)
    }
    console.error(
      `${size}: the encoder took ${(encoding / size).toFixed(2)} ms a memory; the server had encoded ` +
        `${(settling / 1000).toFixed(1)} s after the last was written; load average ${loadavg()[0]?.toFixed(1)}`,
    )
  })
}

function inTurn<T>(all: readonly T[], turn: number): T[] {
  return all.map((_, at) => all[(at + turn) % all.length] as T)
}

/** How well each ranks the made-up customers' memories. */
async function measureQuality(encoder: SharedEncoder): Promise<void> {
  const { tasks } = readCustomers()
  await withCandidates(encoder, async (all) => {
    for (const candidate of all) {
      const measured: ReturnType<typeof measure>[] = []
      for (const [number, { memories, questions }] of tasks.entries()) {
        const person = `customer-${number}`
        const conversations = [...new Set(memories.flatMap(({ conversationIds }) => conversationIds))]
        const goldOf = new Map<string, string[]>()
        for (const { content, occurredAt, conversationIds, gold } of memories) {
          goldOf.set(content, [...(goldOf.get(content) ?? []), ...gold])
          const conversation = number * 1000 + conversations.indexOf(conversationIds[0] ?? '')
          await candidate.add(person, { content, occurredAt, conversation })
        }
        await candidate.settle()
        for (const { question, gold } of questions) {
          const found = await candidate.search(person, question)
          measured.push(
            measure(
              found.map((content) => goldOf.get(content) ?? []),
              gold,
            ),
          )
        }
      }
      const { recall3, recall10, ndcg10, mrr20 } = meanOf(measured)
      console.log(`| ${candidate.name} | ${[recall3, recall10, ndcg10, mrr20].join(' | ')} |`)
    }
  })
}

/** Installs the others, only from the npm registry and only what their lock file names. */
function installPeers(): void {
  const cwd = fileURLToPath(new URL('../peers/', import.meta.url))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: ['ignore', 2, 2] })
}

const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '200,2000' }, questions: { type: 'string', default: '100' } },
})
installPeers()
const encoder = await createSharedEncoder()
console.log(`Node ${process.version}, ${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}\n`)
console.log('| customers (320 questions) | R@3 | R@10 | nDCG@10 | MRR@20 |\n|---|---:|---:|---:|---:|')
await measureQuality(encoder)
console.log('\nMilliseconds, p50 / p95\n')
console.log('| memories | | add one | search, new question | search, again |\n|---:|---|---:|---:|---:|')
for (const size of values.sizes.split(',').map(Number)) await measureTimes(size, Number(values.questions), encoder)
