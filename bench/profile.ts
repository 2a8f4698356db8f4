import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runBulkCase } from './cases/bulk.js'
import { createRequestCases } from './cases/catalog.js'
import { runImportCase } from './cases/import.js'
import { prepareRun, type Run } from './cases/run.js'
import { createClient, readCpuSeconds, readThreadSeconds, waitUntilEncoded } from './client.js'
import { readProfile } from './cpu-profile.js'
import { type LoadRequest, measure } from './load.js'
import { FULL, readEngine } from './options.js'
import { openBenchDatabase } from './postgres.js'
import { killAll, startProcess } from './process.js'
import { type Bench, createBench, settingsOf } from './servers.js'

const USAGE = `npm run bench:profile -- NAME [--engine postgres] [--server FILE]

Where the time of the server's threads goes in one kind of work: create, fetch, lookup, patch, list, traits, observe, recall
(16 connections; 64 for create and fetch), bulk or import. Prints the functions by the time spent in themselves, and
keeps the CPU profiles, which Chrome's DevTools and speedscope draw as flame graphs, in the folder profiles/.`

const WARM_UP_SECONDS = 2
const SECONDS = 5
const CONNECTIONS = 16
const MEMORIES = 200
const BATCH = 10
const SHOWN = 40
/** Threads with less of the CPU time than this are not shown. */
const SHOWN_SHARE = 0.01

/** Does the work once more and says how many units it was. */
type Work = () => Promise<number>

/** Questions nobody asked before, to a profile with some memories. */
async function prepareRecall(run: Run, url: string): Promise<() => LoadRequest> {
  const client = createClient(run.bench, url)
  const profile = `/v1/Stores/${run.store}/Profiles/${run.profiles[0]?.id}`
  for (let start = 0; start < MEMORIES; start += BATCH) {
    const observations = Array.from({ length: BATCH }, (_, index) => ({
      content: `Bought article ${start + index} in the shop of ${['Oslo', 'Lisbon', 'Cork'][index % 3]} and asked for a refund.`,
      source: 'bench',
      occurredAt: new Date(1_700_000_000_000 + start * 1000).toISOString(),
    }))
    await client('POST', `${profile}/Observations`, { observations })
  }
  await waitUntilEncoded(url)
  let count = 0
  return () => ({
    method: 'POST',
    path: `${profile}/Recall`,
    body: { query: `Which article ${count++} did they want?` },
  })
}

async function prepareWork(name: string, run: Run, url: string): Promise<Work> {
  if (name === 'bulk') return async () => (await runBulkCase(run, url)).profiles * (run.size.bulks + 1)
  if (name === 'import') return async () => (await runImportCase(run, url)).rows
  const load = { authorization: run.bench.authorization, seconds: SECONDS, connections: CONNECTIONS }
  if (name === 'recall') {
    const next = await prepareRecall(run, url)
    await measure(url, { ...load, next, seconds: WARM_UP_SECONDS })
    return async () => (await measure(url, { ...load, next })).requests
  }
  const cases = await createRequestCases(run, createClient(run.bench, url), true)
  const request = cases.findLast((one) => one.name === name)
  if (request === undefined) throw new Error(`${name} is nothing to profile\n\n${USAGE}`)
  await measure(url, { ...load, ...request, seconds: WARM_UP_SECONDS })
  return async () => {
    const { requests } = await measure(url, { ...load, ...request })
    await request.settle?.(url)
    return requests
  }
}

async function profile(name: string, bench: Bench): Promise<void> {
  const run = await prepareRun(bench, FULL, (text) => console.error(text))
  const folder = join(bench.folder, 'profiles')
  const args = ['--cpu-prof', `--cpu-prof-dir=${folder}`, bench.main, 'serve']
  const server = await startProcess(args, settingsOf(bench), join(bench.folder, 'profiled.log'))
  const work = await prepareWork(name, run, server.url)
  const before = { all: await readCpuSeconds(server.url), threads: readThreadSeconds(server.pid) }
  const units = await work()
  const threads = readThreadSeconds(server.pid)
  const cpu = (await readCpuSeconds(server.url)) - before.all
  await server.stop()
  const toMicros = (seconds: number) => ((seconds / units) * 1e6).toFixed(0)
  console.log(`${name}: ${toMicros(cpu)} µs of CPU for each of ${units}, in all threads`)
  for (const [thread, seconds] of threads) {
    const used = seconds - (before.threads.get(thread) ?? 0)
    if (used / cpu > SHOWN_SHARE) console.log(`  thread ${thread}: ${toMicros(used)} µs`)
  }
  mkdirSync('profiles', { recursive: true })
  for (const [thread, file] of readdirSync(folder).sort().entries()) {
    const kept = join('profiles', `${name}-${thread}.cpuprofile`)
    renameSync(join(folder, file), kept)
    const times = readProfile(kept)
    const total = times.reduce((sum, [, time]) => sum + time, 0)
    console.log(`\n${kept}: ${Math.round(total / 1000)} ms`)
    for (const [place, time] of times.slice(0, SHOWN)) {
      console.log(`${((time / total) * 100).toFixed(1).padStart(6)} %  ${place}`)
    }
  }
}

async function main(): Promise<void> {
  const options = { engine: { type: 'string', default: 'sqlite' }, server: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [name] = positionals
  if (name === undefined) return console.log(USAGE)
  const folder = mkdtempSync(join(tmpdir(), 'recollect-profile-'))
  const database = await openBenchDatabase(readEngine(values.engine))
  try {
    const server = values.server === undefined ? {} : { main: values.server }
    await profile(name, createBench(folder, { databaseUrl: database?.url, ...server }))
  } finally {
    killAll()
    await database?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
