import type { Client } from '../client.js'
import { waitUntilEncoded } from '../client.js'
import type { Kind, LoadRequest } from '../load.js'
import type { CaseName } from '../options.js'
import { makePerson, phoneOf } from '../person.js'
import type { Sample } from '../servers.js'
import { listPagePaths, type Run } from './run.js'

/** One line of the table. */
export interface RequestCase {
  readonly name: CaseName
  readonly title: string
  /** Absent when the case mixes operations. */
  readonly operationId?: string
  readonly connections: number
  readonly mixed?: boolean
  readonly next: () => LoadRequest
  /** Waits until our server did what it put off, which counts among its CPU and must not slow the next measurement. */
  readonly settle?: (url: string) => Promise<void>
}

/** Connections of the curve, and of a run without it. */
export const CURVE = [1, 4, 16, 64]
const FEW = { create: [16, 64], fetch: [16] }

const CONNECTIONS = 16
/** Of ten requests eight read. */
const MIX = ['fetch', 'lookup', 'list', 'create', 'fetch', 'lookup', 'list', 'fetch', 'patch', 'lookup'] as const
const KINDS: Readonly<Record<(typeof MIX)[number], Kind>> = {
  fetch: 'read',
  lookup: 'read',
  list: 'read',
  create: 'write',
  patch: 'write',
}

type RequestName = (typeof MIX)[number] | 'traits' | 'observe'

/** What each operation sends; successive requests are about different people. */
function createMakers(run: Run, pages: readonly string[]): Record<RequestName, () => LoadRequest> {
  const base = `/v1/Stores/${run.store}/Profiles`
  let count = 0
  const pick = <T>(items: readonly T[]): T => {
    // A stride that shares no factor with the length visits all of them in a scattered order.
    count += 1
    const item = items[(count * 7919) % items.length]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
  const onePath = () => `${base}/${pick(run.profiles).id}`
  const traits = () => ({ Contact: { city: `City${count % 1000}`, preferredLanguage: 'es' } })
  const observation = () => ({
    content: `Asked for a refund of order ${count} and wants to be called back in the morning.`,
    source: 'bench',
    occurredAt: '2026-01-01T00:00:00Z',
  })
  return {
    create: () => ({ method: 'POST', path: base, body: makePerson(run.newPerson()) }),
    fetch: () => ({ method: 'GET', path: onePath() }),
    lookup: () => ({
      method: 'POST',
      path: `${base}/Lookup`,
      body: { idType: 'phone', value: phoneOf(pick(run.profiles).person) },
    }),
    patch: () => ({ method: 'PATCH', path: onePath(), body: { traits: traits() } }),
    list: () => ({ method: 'GET', path: pick(pages) }),
    traits: () => ({ method: 'GET', path: `${onePath()}/Traits` }),
    observe: () => ({ method: 'POST', path: `${onePath()}/Observations`, body: { observations: [observation()] } }),
  }
}

/** The cases that are one request each, in the order of the table. */
export async function createRequestCases(run: Run, client: Client, curve: boolean): Promise<RequestCase[]> {
  const make = createMakers(run, await listPagePaths(client, run.store))
  const one = (name: RequestName, title: string, operationId: string, connections = CONNECTIONS): RequestCase => ({
    name,
    title,
    operationId,
    connections,
    next: make[name],
  })
  const { create, fetch } = curve ? { create: CURVE, fetch: CURVE } : FEW
  let turn = 0
  const mix = (): LoadRequest => {
    const name = MIX[turn++ % MIX.length] ?? 'fetch'
    return { ...make[name](), kind: KINDS[name] }
  }
  return [
    ...create.map((connections) => one('create', 'create profile', 'CreateProfile', connections)),
    ...fetch.map((connections) => one('fetch', 'fetch profile', 'FetchProfile', connections)),
    one('lookup', 'lookup by phone', 'CreateProfilesLookup'),
    one('patch', 'patch two traits', 'PatchProfileTraits'),
    one('list', 'list, page of 50', 'ListProfiles'),
    one('traits', 'list traits', 'ListProfileTraits'),
    { name: 'mixed', title: 'mixed, 80 % reads', connections: CONNECTIONS, mixed: true, next: mix },
    { ...one('observe', 'add one observation', 'CreateProfileObservation'), settle: waitUntilEncoded },
  ]
}

/** One real answer of each operation, for the servers that only pretend. */
export async function takeSamples(run: Run, client: Client): Promise<Sample[]> {
  const samples = new Map<string, Sample>()
  for (const { operationId, next } of await createRequestCases(run, client, false)) {
    if (operationId === undefined) continue
    const { method, path, body } = next()
    const { status, text } = await client(method, path, body)
    samples.set(operationId, { operationId, status, body: text })
  }
  return [...samples.values()]
}
