import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createClient } from './client.js'
import { readConditions } from './conditions.js'
import { readEngine } from './options.js'
import { openBenchDatabase } from './postgres.js'
import { killAll } from './process.js'
import { createBench, startRecollect } from './servers.js'
import { createPopulation, operate, type Population } from './soak/load.js'
import { type Figure, judge, latencyFigures, type Reading, renderVerdicts } from './soak/verdict.js'

const USAGE = `npm run soak -- [options]

  --minutes N     How long the load lasts (30)
  --engine NAME   sqlite, or postgres: a private cluster, or the one of TEST_DATABASE_URL (sqlite)
  --clients N     Clients that each do one operation after the other (8)
  --rate N        Operations a second of all clients together, at most (80)
  --profiles N    Profiles there are at any time (2000)
  --server FILE   main.js of another build than dist/
  --json          Print the readings too, as JSON

Puts a mixed load on a server and says whether its memory, its handles or its latencies grow. Ends with code 1 when one does.`

const READ_EVERY_MS = 10_000
/** So little that the indexes of recall fill it while the server warms up: by itself it takes 256 MiB and hours. */
const RECALL_CACHE_BYTES = 16 * 1024 * 1024
const MIB = 1024 * 1024

interface Options {
  readonly minutes: number
  readonly engine: ReturnType<typeof readEngine>
  readonly clients: number
  readonly rate: number
  readonly profiles: number
  readonly server: string | undefined
  readonly json: boolean
}

function readOptions(): Options | undefined {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const
  const { values } = parseArgs({
    options: {
      minutes: text('30'),
      engine: text('sqlite'),
      clients: text('8'),
      rate: text('80'),
      profiles: text('2000'),
      server: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return undefined
  const number = (name: 'minutes' | 'clients' | 'rate' | 'profiles') => {
    const value = Number(values[name])
    if (!(value > 0)) throw new Error(`--${name} ${values[name]}: give a number above 0`)
    return value
  }
  return {
    minutes: number('minutes'),
    engine: readEngine(values.engine),
    clients: number('clients'),
    rate: number('rate'),
    profiles: number('profiles'),
    server: values.server,
    json: values.json,
  }
}

/** What the server's own metrics say. */
async function readFigures(
  url: string,
): Promise<Pick<Reading['values'], Exclude<Figure, 'p50Ms' | 'p99Ms' | 'requests'>>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const metric = (name: string) => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
    if (value === undefined) throw new Error(`${url}/metrics tells no ${name}`)
    return Number(value)
  }
  return {
    rssMib: metric('process_resident_memory_bytes') / MIB,
    heapMib: metric('nodejs_heap_size_used_bytes') / MIB,
    externalMib: metric('nodejs_external_memory_bytes') / MIB,
    files: metric('process_open_fds'),
    handles: metric('nodejs_active_handles_total'),
    databaseMib: metric('recollect_database_bytes') / MIB,
  }
}

/** Puts the load on until the time is up; resolves with a reading every ten seconds. */
async function soak(population: Population, url: string, { minutes, clients, rate }: Options): Promise<Reading[]> {
  const readings: Reading[] = []
  const started = performance.now()
  const end = started + minutes * 60_000
  const pauseMs = (clients * 1000) / rate
  let latencies: number[] = []
  const work = async () => {
    while (performance.now() < end) {
      const { ms } = await operate(population)
      latencies.push(ms)
      await sleep(Math.max(0, pauseMs - ms))
    }
  }
  const read = async () => {
    while (performance.now() + READ_EVERY_MS <= end) {
      const since = performance.now()
      await sleep(READ_EVERY_MS)
      const taken = latencies
      latencies = []
      const requests = taken.length / ((performance.now() - since) / 1000)
      const second = Math.round((performance.now() - started) / 1000)
      const values = { ...(await readFigures(url)), ...latencyFigures(taken), requests }
      readings.push({ second, values })
      console.error(
        `${second} s: ${values.rssMib.toFixed(0)} MiB, ${values.files} files, p99 ${values.p99Ms.toFixed(0)} ms`,
      )
    }
  }
  await Promise.all([read(), ...Array.from({ length: clients }, work)])
  return readings
}

async function run(options: Options, folder: string): Promise<boolean> {
  const database = await openBenchDatabase(options.engine)
  try {
    const { server } = options
    const bench = createBench(folder, { databaseUrl: database?.url, ...(server !== undefined && { main: server }) })
    const running = await startRecollect(bench, { RECOLLECT_RECALL_CACHE_BYTES: String(RECALL_CACHE_BYTES) })
    const client = createClient(bench, running.url)
    await client('POST', '/v1/ControlPlane/Stores', { displayName: 'soak' })
    const { body } = await client<{ stores: string[] }>('GET', '/v1/ControlPlane/Stores')
    const population = await createPopulation(client, body.stores[0] ?? '', options.profiles)
    const conditions = readConditions(folder, options.engine)
    const readings = await soak(population, running.url, options)
    const verdicts = judge(readings)
    await running.stop()
    if (options.json) console.log(JSON.stringify(readings))
    console.log(
      `${conditions.date}, Node ${conditions.node}, ${conditions.cores} cores, ${conditions.engine}; ${options.minutes} minutes, ` +
        `${options.clients} clients, at most ${options.rate} operations a second, ${options.profiles} profiles; load average ` +
        `${conditions.loadBefore.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after\n\n${renderVerdicts(verdicts)}`,
    )
    return verdicts.every(({ grows }) => !grows)
  } finally {
    killAll()
    await database?.close()
  }
}

const options = readOptions()
if (options === undefined) console.log(USAGE)
else {
  const folder = mkdtempSync(join(tmpdir(), 'recollect-soak-'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      killAll()
      process.exit(1)
    })
  }
  try {
    if (!(await run(options, folder))) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
