import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, waitUntilEncoded } from '../client.js'
import type { Engine } from '../options.js'
import { type BenchDatabase, openBenchDatabase } from '../postgres.js'
import type { ServerProcess } from '../process.js'
import { type Bench, createBench, startRecollect } from '../servers.js'
import { fill, openPostgresFiller, openSqliteFiller, type Scenario } from './fill.js'
import type { Operation } from './operations.js'

/** A filled database with a server on it. */
export interface Grown {
  readonly scenario: Scenario
  readonly bench: Bench
  readonly stores: readonly string[]
  readonly database: BenchDatabase | undefined
  readonly server: ServerProcess
}

/** What grows: scenarios that differ in one thing, and the operations it may make dearer. */
export interface Part {
  readonly name: 'profiles' | 'memories' | 'stores'
  readonly title: string
  /** What the numbers of the columns count. */
  readonly unit: string
  readonly scenarios: readonly Scenario[]
  /** In the order of the scenarios; absent where they differ in more than one number. */
  readonly sizes?: readonly number[]
  readonly operations: readonly Operation[]
}

const SMALL = 10_000
const PROFILE_SIZES = [SMALL, 100_000, 1_000_000]
const MEMORY_SIZES = [10, 1000, 100_000]
const STORE_COUNTS = [1, 10, 100]
const ON_PROFILES = ['fetch', 'lookup', 'list', 'create', 'patch', 'observe'] as const
const FEW_IDENTIFIERS = 2
const MANY_IDENTIFIERS = 10

/** The index of 100,000 memories is larger than the cache is by itself: each question would make it anew. */
const SETTINGS = { RECOLLECT_MAX_STORES: '1000', RECOLLECT_RECALL_CACHE_BYTES: String(1024 ** 3) }

const inWords = (count: number) => count.toLocaleString('en')

/** @param largest the largest number of profiles or memories */
export function createParts(largest: number): Part[] {
  const profileSizes = PROFILE_SIZES.filter((size) => size <= largest)
  const memorySizes = MEMORY_SIZES.filter((size) => size <= largest)
  const storeCounts = STORE_COUNTS.filter((stores) => stores * SMALL <= largest)
  const plain = { stores: 1, profiles: SMALL, identifiers: FEW_IDENTIFIERS, memories: 0 }
  const many = { ...plain, identifiers: MANY_IDENTIFIERS }
  return [
    {
      name: 'profiles',
      title: `Profiles of one store, ${FEW_IDENTIFIERS} identifiers each`,
      unit: 'profiles',
      scenarios: profileSizes.map((profiles) => ({ ...plain, name: inWords(profiles), profiles })),
      sizes: profileSizes,
      operations: ON_PROFILES,
    },
    {
      name: 'memories',
      title: 'Memories of one profile',
      unit: 'memories',
      scenarios: memorySizes.map((memories) => ({ ...plain, name: inWords(memories), memories })),
      sizes: memorySizes,
      operations: ['recall', 'remember', 'memories'],
    },
    {
      name: 'stores',
      title: `Stores × profiles, ${MANY_IDENTIFIERS} identifiers each`,
      unit: 'stores × profiles',
      scenarios: [
        ...storeCounts.map((stores) => ({ ...many, name: `${stores} × ${inWords(SMALL)}`, stores })),
        { ...many, name: `1 × ${inWords(largest)}`, profiles: largest },
      ],
      operations: ON_PROFILES,
    },
  ]
}

/** Fills a new database and starts a server on it. */
export async function grow(scenario: Scenario, engine: Engine, folder: string): Promise<Grown> {
  const own = join(folder, scenario.name.replaceAll(/\W+/g, '-'))
  mkdirSync(own, { recursive: true })
  const database = await openBenchDatabase(engine)
  const bench = createBench(own, { databaseUrl: database?.url, settings: SETTINGS })
  const stores = await createStores(bench, scenario.stores)
  const started = performance.now()
  const file = join(own, 'data', 'recollect.db')
  const filler = database === undefined ? openSqliteFiller(file) : await openPostgresFiller(database.url)
  await fill(filler, scenario, stores)
  // What filling left behind must not disturb what is measured.
  if (database !== undefined) for (const sql of ['vacuum analyze', 'checkpoint']) await filler.run(sql)
  await filler.close()
  const size = database === undefined ? `, ${(statSync(file).size / 1e9).toFixed(2)} GB` : ''
  console.error(`${scenario.name}: filled in ${((performance.now() - started) / 1000).toFixed(0)} s${size}`)
  const server = await startRecollect(bench)
  await waitUntilEncoded(server.url)
  return { scenario, bench, stores, database, server }
}

async function createStores(bench: Bench, count: number): Promise<string[]> {
  const server = await startRecollect(bench)
  const client = createClient(bench, server.url)
  const stores: string[] = []
  for (let index = 0; index < count; index += 1) {
    const { body } = await client<{ statusUrl: string }>('POST', '/v1/ControlPlane/Stores', {
      displayName: `store-${index}`,
    })
    const operation = await client<{ result: { id: string } }>('GET', body.statusUrl)
    stores.push(operation.body.result.id)
  }
  await server.stop()
  return stores
}
