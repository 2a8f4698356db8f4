import { readCpuSeconds, readRss } from '../client.js'
import { type Kind, type Latency, type Measurement, measure } from '../load.js'
import { CANDIDATES, type Candidate } from '../servers.js'
import { median, type Spread, spreadOf } from '../statistics.js'
import type { RequestCase } from './catalog.js'
import type { Run, Urls } from './run.js'

const WARM_UP_CONNECTIONS = 16

/** One candidate's rounds of a case: medians, and for the rate how far the rounds lie apart. */
export interface Summary extends Latency {
  readonly requestsPerSecond: Spread
  readonly byKind?: Readonly<Record<Kind, Latency>>
}

export interface RequestResult {
  readonly name: string
  readonly title: string
  readonly connections: number
  readonly candidates: Readonly<Record<Candidate, Summary>>
  /** Median of the rounds' ratios. */
  readonly ratioToHttp: number
  readonly ratioToFastify: number
  /** Of our server in all its threads, with what it put off, for each request. */
  readonly cpuMicroseconds: number
  /** Of our server after the case, in MiB. */
  readonly rss: number
}

/** Warms all candidates up, then measures them in turns: A B C, A B C, … */
export async function measureInTurns<Name extends string>(
  { bench, size }: Run,
  urls: Readonly<Record<Name, string>>,
  request: RequestCase,
  around: (name: Name, work: () => Promise<Measurement>) => Promise<Measurement> = (_, work) => work(),
): Promise<Record<Name, Measurement[]>> {
  const { rounds, seconds, warmUpSeconds } = size
  const load = { ...request, authorization: bench.authorization }
  const names = Object.keys(urls) as Name[]
  for (const name of names) await around(name, () => measure(urls[name], { ...load, seconds: warmUpSeconds }))
  const measured = Object.fromEntries(names.map((name) => [name, [] as Measurement[]])) as Record<Name, Measurement[]>
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      measured[name].push(await around(name, () => measure(urls[name], { ...load, seconds })))
    }
  }
  return measured
}

/** Of a write most code runs once a batch, a few hundred times a second: it takes so many times longer to be compiled. */
const LONG_WARM_UP = 3

/**
 * Puts load of all the cases on our server before the first of them: else that one, and those of few connections, would
 * measure code that is not compiled yet. The bare servers answer enough in the warm-up of each case.
 */
export async function warmUp({ bench, size }: Run, url: string, cases: readonly RequestCase[]): Promise<void> {
  for (const request of cases) {
    if (request.connections < WARM_UP_CONNECTIONS) continue
    // What is put off must be waited for, and compiles little that the others do not.
    const seconds = size.warmUpSeconds * (request.settle === undefined ? LONG_WARM_UP : 1)
    await measure(url, { ...request, authorization: bench.authorization, seconds })
    await request.settle?.(url)
  }
}

export async function runRequestCase(run: Run, urls: Urls, request: RequestCase): Promise<RequestResult> {
  const costs: number[] = []
  const measured = await measureInTurns<Candidate>(run, urls, request, async (name, work) => {
    if (name !== 'recollect') return work()
    const before = await readCpuSeconds(urls.recollect)
    const measurement = await work()
    await request.settle?.(urls.recollect)
    const used = (await readCpuSeconds(urls.recollect)) - before
    costs.push((used / measurement.requests) * 1_000_000)
    return measurement
  })
  const candidates = Object.fromEntries(
    CANDIDATES.map((candidate) => [candidate, summarize(measured[candidate])]),
  ) as Record<Candidate, Summary>
  const rate = candidates.recollect.requestsPerSecond.median
  const { name, title, connections } = request
  run.say(`${title}, ${connections} connections: ${Math.round(rate)} requests/s`)
  return {
    name,
    title,
    connections,
    candidates,
    ratioToHttp: ratioOf(measured.recollect, measured.http),
    ratioToFastify: ratioOf(measured.recollect, measured.fastify),
    // The first is the warm-up.
    cpuMicroseconds: median(costs.slice(1)),
    rss: await readRss(urls.recollect),
  }
}

/** Of rates, by round: two measurements that follow each other share what else the machine does. */
export function ratioOf(ours: readonly Measurement[], theirs: readonly Measurement[]): number {
  return median(ours.map((our, round) => our.requestsPerSecond / (theirs[round]?.requestsPerSecond ?? Number.NaN)))
}

export function summarize(measurements: readonly Measurement[]): Summary {
  const latency = (all: readonly Latency[]): Latency => ({
    p50: median(all.map(({ p50 }) => p50)),
    p99: median(all.map(({ p99 }) => p99)),
  })
  const kinds = measurements.flatMap(({ byKind }) => (byKind === undefined ? [] : [byKind]))
  return {
    requestsPerSecond: spreadOf(measurements.map(({ requestsPerSecond }) => requestsPerSecond)),
    ...latency(measurements),
    ...(kinds.length > 0 && {
      byKind: { read: latency(kinds.map(({ read }) => read)), write: latency(kinds.map(({ write }) => write)) },
    }),
  }
}
