import { loadavg } from 'node:os'
import { median, percentile } from '../statistics.js'
import { makeEnglishQuestions, makeNotes } from './made-up.js'
import {
  createProfile,
  createStore,
  type Send,
  startServer,
  toConversationId,
  toObservation,
  waitUntilEncoded,
} from './server.js'

const WARM_UP = 12
const RUNS = 90
const WRITERS = 8
const BATCH = 10
const STAGES = ['query', 'index', 'search', 'read'] as const

/** Writes the memories and resolves, when they are encoded, with what it took. */
async function fill(send: Send, profile: string, size: number): Promise<string> {
  const memories = makeNotes(size)
  const start = performance.now()
  const write = async () => {
    for (let batch = memories.splice(0, BATCH); batch.length > 0; batch = memories.splice(0, BATCH)) {
      const observations = batch.map(({ conversationIds, ...memory }) =>
        toObservation({
          ...memory,
          conversationIds: conversationIds.map((id) => toConversationId(Number(id.slice(1)))),
        }),
      )
      await send('POST', `${profile}/Observations`, { observations })
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  const written = performance.now() - start
  await waitUntilEncoded(send)
  const encoded = performance.now() - start
  return `${size} memories: written in ${(written / 1000).toFixed(1)} s, encoded after ${(encoded / 1000).toFixed(1)} s`
}

const format = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b)
  return `${median(sorted).toFixed(2)} / ${percentile(sorted, 0.95).toFixed(2)}`
}

/** Times of one kind of question. */
interface Times {
  readonly client: number[]
  readonly queryTime: number[]
  /** The stages together: `meta.queryTime` is rounded to milliseconds. */
  readonly server: number[]
  readonly stages: Record<(typeof STAGES)[number], number[]>
}

const createTimes = (): Times => ({
  client: [],
  queryTime: [],
  server: [],
  stages: { query: [], index: [], search: [], read: [] },
})

async function askRecall(send: Send, profile: string, query: string, times: Times): Promise<void> {
  const start = performance.now()
  const { meta } = await send('POST', `${profile}/Recall`, { query })
  times.client.push(performance.now() - start)
  times.queryTime.push(meta.queryTime)
}

async function askExplain(send: Send, profile: string, query: string, times: Times): Promise<void> {
  const { stages } = await send('POST', `/recollect${profile}/Recall/Explain`, { query })
  for (const stage of STAGES) times.stages[stage].push(stages[stage])
  times.server.push(STAGES.reduce((sum, stage) => sum + stages[stage], 0))
}

/**
 * Each question twice in a row: the first time it is fresh and must be encoded, the second time its vector is in the cache.
 * Half of the questions measure whole answers, half the stages, in turns.
 */
async function measureProfile(send: Send, profile: string, size: number): Promise<string[]> {
  const times = { fresh: createTimes(), repeated: createTimes() }
  for (const [turn, question] of makeEnglishQuestions(2 * (WARM_UP + RUNS)).entries()) {
    const ask = turn % 2 === 0 ? askRecall : askExplain
    const warm = turn >= 2 * WARM_UP
    await ask(send, profile, question, warm ? times.fresh : createTimes())
    await ask(send, profile, question, warm ? times.repeated : createTimes())
  }
  return Object.entries(times).map(([kind, { client, queryTime, server, stages }]) => {
    const cells = [client, queryTime, server, ...STAGES.map((stage) => stages[stage])].map(format)
    return `| ${size} | ${kind} | ${cells.join(' | ')} |`
  })
}

/** A server of its own for each size: its cache of questions is empty then. */
async function measureSize(size: number): Promise<string[]> {
  const { send, stop } = await startServer(WRITERS)
  try {
    const profile = await createProfile(send, await createStore(send, 'latency'), 'latency')
    console.log(`\n${await fill(send, profile, size)}`)
    const before = loadavg()[0]?.toFixed(1)
    const rows = await measureProfile(send, profile, size)
    console.log(`load average ${before} before the questions, ${loadavg()[0]?.toFixed(1)} after`)
    return rows
  } finally {
    await stop()
  }
}

/** Whole answers of the built server to one client, with questions it has not seen and with ones it has. */
export async function measureOverHttp(sizes: readonly number[]): Promise<void> {
  const rows: string[] = []
  for (const size of sizes) rows.push(...(await measureSize(size)))
  console.log('\n## Over HTTP, ms (p50 / p95)\n')
  console.log(
    '| memories | question | client | meta.queryTime | server | making the query | index | search | reading |',
  )
  console.log(`|---|---|---|---|---|---|---|---|---|\n${rows.join('\n')}`)
}
