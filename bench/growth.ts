import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient } from './client.js'
import { readConditions } from './conditions.js'
import {
  emailOf,
  fill,
  IDENTIFIERS_A_PROFILE,
  openPostgresFiller,
  openSqliteFiller,
  personNumber,
  profileIdOf,
  type Scenario,
} from './growth/fill.js'
import { type LoadRequest, measure } from './load.js'
import { type Engine, readEngine } from './options.js'
import { type BenchDatabase, openBenchDatabase } from './postgres.js'
import { killAll, type ServerProcess } from './process.js'
import { createRandom } from './random.js'
import { type Bench, createBench, startRecollect } from './servers.js'
import { median } from './statistics.js'

/**
 * What an operation costs as the data grow: `npm run bench:growth -- [--engine postgres] [--largest 1000000] [--only fetch]`. All
 * scenarios are filled first and measured in turn, one request at a time, so that their ratios are of one run.
 */

const SECONDS = 1
const ROUNDS = 5
const SMALL = 10_000
const OPERATIONS = ['fetch', 'lookup', 'list', 'create', 'patch', 'observe'] as const
type Operation = (typeof OPERATIONS)[number]

/** A filled database with a server on it. */
interface Grown {
  readonly scenario: Scenario
  readonly bench: Bench
  readonly stores: readonly string[]
  readonly database: BenchDatabase | undefined
  server: ServerProcess
}

function scenariosUpTo(largest: number): Scenario[] {
  const many = [1, 10, 100].filter((stores) => stores * SMALL <= largest)
  return [
    ...many.map((stores) => ({ name: `${stores} × ${SMALL.toLocaleString('en')}`, stores, profiles: SMALL })),
    { name: `1 × ${largest.toLocaleString('en')}`, stores: 1, profiles: largest },
  ]
}

async function grow(scenario: Scenario, engine: Engine, folder: string): Promise<Grown> {
  const own = join(folder, scenario.name.replaceAll(/\W+/g, '-'))
  mkdirSync(own)
  const database = await openBenchDatabase(engine)
  const bench = createBench(own, { databaseUrl: database?.url, settings: { RECOLLECT_MAX_STORES: '1000' } })
  const first = await startRecollect(bench)
  const client = createClient(bench, first.url)
  const stores: string[] = []
  for (let index = 0; index < scenario.stores; index += 1) {
    const { body } = await client<{ statusUrl: string }>('POST', '/v1/ControlPlane/Stores', {
      displayName: `store-${index}`,
    })
    const operation = await client<{ result: { id: string } }>('GET', body.statusUrl)
    stores.push(operation.body.result.id)
  }
  await first.stop()
  const started = performance.now()
  const file = join(own, 'data', 'recollect.db')
  const filler = database === undefined ? openSqliteFiller(file) : await openPostgresFiller(database.url)
  await fill(filler, scenario, stores)
  // What filling left behind must not disturb what is measured.
  if (database !== undefined) for (const sql of ['vacuum analyze', 'checkpoint']) await filler.run(sql)
  await filler.close()
  const size = database === undefined ? `, ${(statSync(file).size / 1e9).toFixed(2)} GB` : ''
  console.error(`${scenario.name}: filled in ${((performance.now() - started) / 1000).toFixed(0)} s${size}`)
  return { scenario, bench, stores, database, server: await startRecollect(bench) }
}

let made = 0

function createNext(operation: Operation, { scenario, stores }: Grown, seed: number): () => LoadRequest {
  const random = createRandom(seed)
  return () => {
    const store = random.integer(stores.length)
    const person = personNumber(scenario, store, random.integer(scenario.profiles))
    const profiles = `/v1/Stores/${stores[store]}/Profiles`
    const path = `${profiles}/${profileIdOf(person)}`
    made += 1
    switch (operation) {
      case 'fetch':
        return { method: 'GET', path }
      case 'lookup':
        return { method: 'POST', path: `${profiles}/Lookup`, body: { idType: 'email', value: emailOf(person) } }
      case 'list':
        return { method: 'GET', path: `${profiles}?pageSize=50` }
      case 'create':
        return { method: 'POST', path: profiles, body: { traits: { Contact: { email: `new-${made}@example.org` } } } }
      case 'patch':
        return { method: 'PATCH', path, body: { traits: { Contact: { firstName: `Ada ${made}`, city: 'Paris' } } } }
      case 'observe':
        return {
          method: 'POST',
          path: `${path}/Observations`,
          body: { observations: [{ content: `Note ${made}`, source: 'bench', occurredAt: '2026-01-01T00:00:00Z' }] },
        }
    }
  }
}

async function compare(grown: readonly Grown[], operations: readonly Operation[]): Promise<string[][]> {
  const rows: string[][] = []
  for (const operation of operations) {
    const times = grown.map((): number[] => [])
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [index, one] of grown.entries()) {
        const { authorization } = one.bench
        const next = createNext(operation, one, round)
        const { p50 } = await measure(one.server.url, { connections: 1, seconds: SECONDS, authorization, next })
        // The first round warms up.
        if (round > 0) times[index]?.push(p50)
      }
    }
    const medians = times.map(median)
    const [base = Number.NaN] = medians
    rows.push([operation, ...medians.map((value) => `${value.toFixed(2)} (${(value / base).toFixed(2)})`)])
    console.error(rows.at(-1)?.join('  '))
  }
  return rows
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'sqlite' },
      largest: { type: 'string', default: '1000000' },
      only: { type: 'string', multiple: true },
    },
  })
  const operations = OPERATIONS.filter((name) => values.only === undefined || values.only.includes(name))
  const engine = readEngine(values.engine)
  const folder = mkdtempSync(join(tmpdir(), 'recollect-growth-'))
  const grown: Grown[] = []
  try {
    const conditions = readConditions(folder, engine)
    for (const scenario of scenariosUpTo(Number(values.largest))) grown.push(await grow(scenario, engine, folder))
    const rows = await compare(grown, operations)
    console.log(
      `${conditions.engine}, ${conditions.date}, ${conditions.cores} cores, Node ${conditions.node}, a sync takes ${conditions.syncMs.toFixed(2)} ms, load average before the run ${conditions.loadBefore.toFixed(1)}. ${IDENTIFIERS_A_PROFILE} identifiers a profile. Median of ${ROUNDS} medians in ms, one request at a time, and the ratio to the first column.\n`,
    )
    console.log(`| operation | ${grown.map(({ scenario }) => scenario.name).join(' | ')} |`)
    console.log(`| --- |${' ---: |'.repeat(grown.length)}`)
    for (const row of rows) console.log(`| ${row.join(' | ')} |`)
  } finally {
    killAll()
    for (const { database } of grown) await database?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
