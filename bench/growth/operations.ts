import { createClient } from '../client.js'
import { type LoadRequest, measure } from '../load.js'
import { createRandom, type Random } from '../random.js'
import { median } from '../statistics.js'
import { emailOf, personNumber, profileIdOf, questionAbout } from './fill.js'
import type { Grown, Part } from './scenario.js'

export type Operation = keyof typeof TITLES

/** Operations as the tables call them. */
export const TITLES = {
  fetch: 'fetch a profile',
  lookup: 'lookup by e-mail',
  list: 'list, page of 50',
  create: 'create a profile',
  patch: 'patch two traits',
  observe: 'add an observation',
  recall: 'recall, a new question',
  remember: 'add an observation',
  memories: 'list observations, page of 50',
} as const

/** Medians in ms of an operation, in the order of the scenarios. */
export interface Row {
  readonly operation: Operation
  readonly medians: readonly number[]
}

export interface Pace {
  readonly rounds: number
  /** Length of one measurement. */
  readonly seconds: number
}

/** Measures each operation in all scenarios in turn, one request at a time, so that the ratios are of one run. */
export async function compare({ operations }: Part, grown: readonly Grown[], pace: Pace): Promise<Row[]> {
  const rows: Row[] = []
  for (const operation of operations) {
    const lengths: number[] = []
    for (const one of grown) lengths.push(await warmUp(operation, one))
    const times = grown.map((): number[] => [])
    for (let round = 0; round <= pace.rounds; round += 1) {
      for (const [index, one] of grown.entries()) {
        const { authorization } = one.bench
        const next = createNext(operation, one, round)
        const seconds = Math.max(pace.seconds, lengths[index] ?? 0)
        const { p50 } = await measure(one.server.url, { connections: 1, seconds, authorization, next })
        // The first round warms up.
        if (round > 0) times[index]?.push(p50)
      }
    }
    const medians = times.map(median)
    rows.push({ operation, medians })
    console.error(`${TITLES[operation]}: ${medians.map((ms) => ms.toFixed(2)).join('  ')}`)
  }
  return rows
}

/** So many requests a measurement needs at least. */
const FEWEST_REQUESTS = 10

/**
 * Sends a request that may take long, as the first question makes the index of the profile, and one more.
 *
 * @returns how many seconds a measurement must take at least
 */
async function warmUp(operation: Operation, one: Grown): Promise<number> {
  const client = createClient(one.bench, one.server.url)
  const next = createNext(operation, one, 0)
  const send = ({ method, path, body }: LoadRequest) => client(method, path, body)
  await send(next())
  const started = performance.now()
  await send(next())
  return ((performance.now() - started) / 1000) * FEWEST_REQUESTS
}

let made = 0

function createNext(operation: Operation, grown: Grown, seed: number): () => LoadRequest {
  const random = createRandom(seed)
  return () => {
    made += 1
    return operation === 'recall' || operation === 'remember' || operation === 'memories'
      ? nextOfOneProfile(operation, grown)
      : nextOfAnyProfile(operation, grown, random)
  }
}

function nextOfAnyProfile(
  operation: Exclude<Operation, 'recall' | 'remember' | 'memories'>,
  { scenario, stores }: Grown,
  random: Random,
): LoadRequest {
  const store = random.integer(stores.length)
  const person = personNumber(scenario, store, random.integer(scenario.profiles))
  const profiles = `/v1/Stores/${stores[store]}/Profiles`
  const path = `${profiles}/${profileIdOf(person)}`
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
      return addObservation(path)
  }
}

function nextOfOneProfile(operation: 'recall' | 'remember' | 'memories', { stores }: Grown): LoadRequest {
  const path = `/v1/Stores/${stores[0]}/Profiles/${profileIdOf(0)}`
  switch (operation) {
    case 'recall':
      return { method: 'POST', path: `${path}/Recall`, body: { query: questionAbout(made) } }
    case 'remember':
      return addObservation(path)
    case 'memories':
      return { method: 'GET', path: `${path}/Observations?pageSize=50` }
  }
}

function addObservation(path: string): LoadRequest {
  const observation = { content: `Note ${made}`, source: 'bench', occurredAt: '2026-01-01T00:00:00Z' }
  return { method: 'POST', path: `${path}/Observations`, body: { observations: [observation] } }
}
