import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startProcess } from '../process.js'
import { median, percentile } from '../statistics.js'
import { makeMemories, makeQuestions } from './made-up.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const WARM_UP = 20
const RUNS = 200
const WRITERS = 8
const BATCH = 10

// biome-ignore lint/suspicious/noExplicitAny: answers are read field by field.
type Send = (method: string, path: string, body?: unknown) => Promise<any>

/** One kept-alive connection per writer, so that what is measured is the server and not the client's connecting. */
function createSend(url: string, sid: string, token: string): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: WRITERS })
  const headers = {
    authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
    'content-type': 'application/json',
  }
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const call = request(url + path, { method, agent, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) > 299) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))
          else resolve(text.startsWith('{') ? { ...JSON.parse(text), headers: answer.headers } : text)
        })
      })
      call.on('error', reject)
      call.end(body === undefined ? undefined : JSON.stringify(body))
    })
}

async function createProfile(send: Send, name: string): Promise<string> {
  const { headers } = await send('POST', '/v1/ControlPlane/Stores', { displayName: name })
  const { result } = await send('GET', `/v1/ControlPlane/Operations/${headers['operation-id']}`)
  const { id } = await send('POST', `/v1/Stores/${result.id}/Profiles`, { traits: { Contact: { chat: name } } })
  return `/v1/Stores/${result.id}/Profiles/${id}`
}

/** Writes the memories and resolves, when they are encoded, with what it took. */
async function fill(send: Send, profile: string, size: number): Promise<string> {
  const memories = makeMemories(size)
  const start = performance.now()
  const write = async () => {
    for (let batch = memories.splice(0, BATCH); batch.length > 0; batch = memories.splice(0, BATCH)) {
      const observations = batch.map(({ content, occurredAt, conversationIds }) => ({
        content,
        occurredAt: new Date(occurredAt).toISOString(),
        source: 'bench',
        conversationIds: conversationIds.map((id) => `conv_conversation_${id.slice(1).padStart(26, '0')}`),
      }))
      await send('POST', `${profile}/Observations`, { observations })
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  const written = performance.now() - start
  while (!/^recollect_texts_queued 0$/m.test(await send('GET', '/metrics'))) await sleep(200)
  const encoded = performance.now() - start
  return `${size} memories: written in ${(written / 1000).toFixed(1)} s, encoded after ${(encoded / 1000).toFixed(1)} s`
}

const format = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b)
  return `${median(sorted).toFixed(2)} / ${percentile(sorted, 0.95).toFixed(2)}`
}

async function measureProfile(send: Send, profile: string, questions: readonly string[]): Promise<string> {
  const whole: number[] = []
  const queryTimes: number[] = []
  const stages = { query: [] as number[], index: [] as number[], search: [] as number[], read: [] as number[] }
  for (const question of questions.slice(0, WARM_UP + RUNS)) {
    const start = performance.now()
    const { meta } = await send('POST', `${profile}/Recall`, { query: question })
    whole.push(performance.now() - start)
    queryTimes.push(meta.queryTime)
  }
  for (const question of questions.slice(WARM_UP + RUNS)) {
    const explained = await send('POST', `/recollect${profile}/Recall/Explain`, { query: question })
    for (const stage of Object.keys(stages) as (keyof typeof stages)[]) stages[stage].push(explained.stages[stage])
  }
  const all = [whole, queryTimes, stages.query, stages.index, stages.search, stages.read]
  return all.map((times) => format(times.slice(WARM_UP))).join(' | ')
}

/** Whole answers of the built server to one client, with questions it has not seen and with one it has. */
export async function measureOverHttp(sizes: readonly number[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-bench-'))
  const [sid, token] = [`AC${randomBytes(16).toString('hex')}`, randomBytes(16).toString('hex')]
  const env = { PORT: '0', RECOLLECT_DATA_DIR: folder, RECOLLECT_ACCOUNTS: `${sid}:${token}` }
  const server = await startProcess([MAIN, 'serve'], env, join(folder, 'log'))
  const rows: string[] = []
  const stopAtSignal = () => void server.stop().finally(() => process.exit(1))
  process.once('SIGTERM', stopAtSignal).once('SIGINT', stopAtSignal)
  try {
    const send = createSend(server.url, sid, token)
    for (const size of sizes) {
      const profile = await createProfile(send, `latency-${size}`)
      console.log(`\n${await fill(send, profile, size)}`)
      const fresh = makeQuestions(2 * (WARM_UP + RUNS), size)
      rows.push(`| ${size} | fresh | ${await measureProfile(send, profile, fresh)} |`)
      rows.push(
        `| ${size} | repeated | ${await measureProfile(
          send,
          profile,
          fresh.map(() => fresh[0] ?? ''),
        )} |`,
      )
    }
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  console.log('\n## Over HTTP, ms (p50 / p95)\n')
  console.log('| memories | question | client | meta.queryTime | making the query | index | search | reading |')
  console.log(`|---|---|---|---|---|---|---|---|\n${rows.join('\n')}`)
}
