import type { Client } from '../client.js'
import { readRss } from '../client.js'
import { type LoadRequest, type Measurement, measure } from '../load.js'
import type { CaseName } from '../options.js'
import { makePerson, phoneOf } from '../person.js'
import { CANDIDATES, type Candidate, type Sample } from '../servers.js'
import { median } from '../statistics.js'
import { listPagePaths, type Run, type Urls } from './run.js'

/** One line of the table. */
export interface RequestCase {
  readonly name: CaseName
  readonly title: string
  readonly operationId: string
  readonly connections: number
  readonly next: () => LoadRequest
}

export interface RequestResult {
  readonly name: string
  readonly title: string
  readonly connections: number
  readonly candidates: Readonly<Record<Candidate, Measurement>>
  readonly ratioToHttp: number
  readonly ratioToFastify: number
  /** Of our server after the case, in MiB. */
  readonly rss: number
}

/** The cases that are one request each, in the order of the table. */
export async function createRequestCases(run: Run, client: Client): Promise<RequestCase[]> {
  const base = `/v1/Stores/${run.store}/Profiles`
  const pages = await listPagePaths(client, run.store)
  let count = 0
  const pick = <T>(items: readonly T[]): T => {
    // A stride that shares no factor with the length visits all of them in a scattered order.
    count += 1
    const item = items[(count * 7919) % items.length]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
  const create = (): LoadRequest => ({ method: 'POST', path: base, body: makePerson(run.newPerson()) })
  const patch = () => ({ traits: { Contact: { city: `City${count % 1000}`, preferredLanguage: 'es' } } })
  return [
    { name: 'create', title: 'create profile', operationId: 'CreateProfile', connections: 16, next: create },
    { name: 'create', title: 'create profile', operationId: 'CreateProfile', connections: 64, next: create },
    {
      name: 'fetch',
      title: 'fetch profile',
      operationId: 'FetchProfile',
      connections: 16,
      next: () => ({ method: 'GET', path: `${base}/${pick(run.profiles).id}` }),
    },
    {
      name: 'lookup',
      title: 'lookup by phone',
      operationId: 'CreateProfilesLookup',
      connections: 16,
      next: () => ({
        method: 'POST',
        path: `${base}/Lookup`,
        body: { idType: 'phone', value: phoneOf(pick(run.profiles).person) },
      }),
    },
    {
      name: 'patch',
      title: 'patch two traits',
      operationId: 'PatchProfileTraits',
      connections: 16,
      next: () => ({ method: 'PATCH', path: `${base}/${pick(run.profiles).id}`, body: patch() }),
    },
    {
      name: 'list',
      title: 'list, page of 50',
      operationId: 'ListProfiles',
      connections: 16,
      next: () => ({ method: 'GET', path: pick(pages) }),
    },
    {
      name: 'traits',
      title: 'list traits',
      operationId: 'ListProfileTraits',
      connections: 16,
      next: () => ({ method: 'GET', path: `${base}/${pick(run.profiles).id}/Traits` }),
    },
  ]
}

/** One real answer of each operation, for the servers that only pretend. */
export async function takeSamples(run: Run, client: Client): Promise<Sample[]> {
  const samples = new Map<string, Sample>()
  for (const { operationId, next } of await createRequestCases(run, client)) {
    const { method, path, body } = next()
    const { status, text } = await client(method, path, body)
    samples.set(operationId, { operationId, status, body: text })
  }
  return [...samples.values()]
}

/** Warms all candidates up, then measures them in turns: A B C, A B C, … */
export async function runRequestCase(run: Run, urls: Urls, request: RequestCase): Promise<RequestResult> {
  const { rounds, seconds, warmUpSeconds } = run.size
  const load = { ...request, authorization: run.bench.authorization }
  for (const candidate of CANDIDATES) await measure(urls[candidate], { ...load, seconds: warmUpSeconds })
  const measured: Record<Candidate, Measurement[]> = { recollect: [], http: [], fastify: [] }
  for (let round = 0; round < rounds; round += 1) {
    for (const candidate of CANDIDATES) measured[candidate].push(await measure(urls[candidate], { ...load, seconds }))
  }
  const candidates = {
    recollect: summarize(measured.recollect),
    http: summarize(measured.http),
    fastify: summarize(measured.fastify),
  }
  const rate = candidates.recollect.requestsPerSecond
  const { name, title, connections } = request
  run.say(`${title}, ${connections} connections: ${Math.round(rate)} requests/s`)
  return {
    name,
    title,
    connections,
    candidates,
    ratioToHttp: rate / candidates.http.requestsPerSecond,
    ratioToFastify: rate / candidates.fastify.requestsPerSecond,
    rss: await readRss(urls.recollect),
  }
}

function summarize(measurements: readonly Measurement[]): Measurement {
  const of = (name: keyof Measurement) => median(measurements.map((measurement) => measurement[name]))
  return { requestsPerSecond: of('requestsPerSecond'), p50: of('p50'), p99: of('p99') }
}
