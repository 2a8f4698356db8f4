import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareRun, type Run } from './cases/run.js'
import { type Client, createClient } from './client.js'
import { readConditions } from './conditions.js'
import { type LoadRequest, type Measurement, measure } from './load.js'
import { FULL } from './options.js'
import { killAll, type ServerProcess } from './process.js'
import { createRandom } from './random.js'
import { createWords, makeSentence } from './recall/made-up.js'
import { createBench, startRecollect } from './servers.js'
import { median } from './statistics.js'

/**
 * What encoding behind costs those who write: `npm run bench:writing -- [--rounds 5] [--seconds 3]
 * [--server FILE]`. Two servers, one with
 * the built-in encoder and texts waiting in its queue all the time, one with none; patches and observations in turns on
 * both. The one that is not measured is halted, so that its encoder takes nothing from the other.
 */

const CONNECTIONS = 16
const PROFILES = 10_000
/** Texts that must wait before a measurement with the encoder. */
const QUEUED = 500

interface Case {
  readonly name: string
  readonly server: 'none' | 'builtin'
  readonly next: () => LoadRequest
}

function createCases({ store, profiles }: Run): Case[] {
  const random = createRandom(7)
  const word = createWords(random)
  const pathOf = () => `/v1/Stores/${store}/Profiles/${random.pick(profiles).id}`
  const patch = (): LoadRequest => ({
    method: 'PATCH',
    path: pathOf(),
    body: { traits: { Contact: { city: `City${random.integer(1000)}`, preferredLanguage: 'es' } } },
  })
  const observe = (): LoadRequest => ({
    method: 'POST',
    path: `${pathOf()}/Observations`,
    body: {
      observations: [{ content: makeSentence(random, word), occurredAt: '2026-01-05T10:00:00Z', source: 'bench' }],
    },
  })
  return [
    { name: 'patch two traits, no encoder', server: 'none', next: patch },
    { name: 'add an observation, no encoder', server: 'none', next: observe },
    { name: 'patch two traits, encoding behind', server: 'builtin', next: patch },
    { name: 'add an observation, encoding behind', server: 'builtin', next: observe },
  ]
}

/** How many texts wait, and how many were encoded since the last call. */
async function readQueue(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^recollect_texts_queued (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN)
}

async function fillQueue(client: Client, url: string, observe: () => LoadRequest): Promise<void> {
  while ((await readQueue(url)) < QUEUED) {
    const requests = Array.from({ length: CONNECTIONS * 10 }, observe)
    await Promise.all(requests.map(({ method, path, body }) => client(method, path, body).catch(ignoreEmpty)))
  }
}

/** Answers to observations have no JSON. */
function ignoreEmpty(error: unknown): void {
  if (!(error instanceof SyntaxError)) throw error
}

interface Servers {
  readonly none: ServerProcess
  readonly builtin: ServerProcess
}

/** Lets one of the servers run and halts the other. */
function resume(servers: Servers, running: keyof Servers): ServerProcess {
  process.kill(servers[running === 'none' ? 'builtin' : 'none'].pid, 'SIGSTOP')
  process.kill(servers[running].pid, 'SIGCONT')
  return servers[running]
}

async function measureRounds(run: { none: Run; builtin: Run }, servers: Servers): Promise<Map<string, Measurement[]>> {
  const cases = { none: createCases(run.none), builtin: createCases(run.builtin) }
  const clients = createClient(run.builtin.bench, servers.builtin.url)
  const { rounds, seconds, warmUpSeconds } = run.none.size
  const measured = new Map<string, Measurement[]>(cases.none.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, { name, server }] of cases.none.entries()) {
      const { url } = resume(servers, server)
      const { next } = cases[server][at] as Case
      const { authorization } = run[server].bench
      if (server === 'builtin') await fillQueue(clients, url, (cases.builtin[3] as Case).next)
      const load = { connections: CONNECTIONS, seconds: round === 0 ? warmUpSeconds : seconds, authorization, next }
      const result = await measure(url, load)
      const waiting = server === 'builtin' ? `, ${await readQueue(url)} texts wait` : ''
      console.error(`round ${round}, ${name}: ${result.requestsPerSecond.toFixed(0)}/s${waiting}`)
      if (round > 0) measured.get(name)?.push(result)
    }
  }
  return measured
}

function print(measured: Map<string, Measurement[]>): void {
  console.log('| | requests/s | of patches, no encoder | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|')
  const [patches = []] = measured.values()
  for (const [name, rounds] of measured) {
    const of = (key: 'requestsPerSecond' | 'p50' | 'p99') => median(rounds.map((round) => round[key]))
    const share = median(rounds.map((round, at) => round.requestsPerSecond / (patches[at]?.requestsPerSecond ?? 0)))
    const cells = [of('requestsPerSecond').toFixed(0), `${(100 * share).toFixed(0)} %`, of('p50').toFixed(2)]
    console.log(`| ${name} | ${cells.join(' | ')} | ${of('p99').toFixed(2)} |`)
  }
}

async function prepareServer(folder: string, encoder: keyof Servers, size: Run['size'], main: string | undefined) {
  const bench = createBench(folder, main === undefined ? {} : { main })
  const run = await prepareRun(bench, size, () => {})
  return { run, server: await startRecollect(bench, { RECOLLECT_ENCODER: encoder }) }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      server: { type: 'string' },
    },
  })
  const size = { ...FULL, rounds: Number(values.rounds), seconds: Number(values.seconds), profiles: PROFILES }
  const folders = [mkdtempSync(join(tmpdir(), 'recollect-bench-')), mkdtempSync(join(tmpdir(), 'recollect-bench-'))]
  const cleanUp = () => {
    killAll()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cleanUp()
      process.exit(1)
    })
  }
  try {
    const none = await prepareServer(folders[0] ?? '', 'none', size, values.server)
    const builtin = await prepareServer(folders[1] ?? '', 'builtin', size, values.server)
    const { date, node, cores, syncMs } = readConditions(folders[0] ?? '')
    const before = loadavg()[0]?.toFixed(1)
    const measured = await measureRounds(
      { none: none.run, builtin: builtin.run },
      { none: none.server, builtin: builtin.server },
    )
    console.log(
      `${date}, Node ${node}, ${cores} cores, ${CONNECTIONS} connections, a synced write of 4 KiB takes ` +
        `${syncMs.toFixed(2)} ms, load average before the run ${before}\n`,
    )
    print(measured)
  } finally {
    cleanUp()
  }
}

await main()
