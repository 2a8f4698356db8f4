import { prepareImport } from '../cases/import.js'
import type { Run } from '../cases/run.js'
import { type Client, createClient, readLongestTurn } from '../client.js'
import type { ServerProcess } from '../process.js'
import { startRecollect } from '../servers.js'
import { median } from '../statistics.js'
import { measureSteady, type SteadyMeasurement } from '../steady.js'
import { addMemories, bulkFor, patchLargeFor, waitWhileEncoding } from './work.js'

export const SITUATIONS = ['import', 'bulk', 'reencode', 'checkpoint'] as const
export type SituationName = (typeof SITUATIONS)[number]

export interface StallsSize {
  readonly turns: number
  /** Length of a measurement. */
  readonly seconds: number
  /** Fetches. */
  readonly perSecond: number
  readonly importRows: number
  /** That are encoded anew. */
  readonly memories: number
}

export interface Comparison {
  readonly title: string
  readonly idle: SteadyMeasurement
  readonly busy: SteadyMeasurement
  /** Median of the turns' ratios of the p99. */
  readonly ratio: number
  /** The longest turn of the server's event loop while it was busy. */
  readonly longestTurnMs: number
}

/** What a situation is measured with. */
export interface Stage {
  readonly run: Run
  readonly size: StallsSize
}

interface Turn {
  readonly idle: SteadyMeasurement
  readonly busy: SteadyMeasurement
  readonly longestTurnMs: number
}

const WARM_UP_SECONDS = 2

/** Measures idle and busy in turns: what else the machine does meets both. */
export async function compareSituations(
  run: Run,
  size: StallsSize,
  names: readonly SituationName[],
): Promise<Comparison[]> {
  const stage: Stage = { run, size }
  const comparisons: Comparison[] = []
  for (const name of names) {
    const turns = name === 'reencode' ? await compareReencoding(stage) : await compareOnOneServer(stage, name)
    const comparison = summarize(titleOf(name, size), turns)
    run.say(`${comparison.title}: p99 ${comparison.ratio.toFixed(1)} times that of an idle server`)
    comparisons.push(comparison)
  }
  return comparisons
}

function titleOf(name: SituationName, { importRows, memories }: StallsSize): string {
  switch (name) {
    case 'import':
      return `an import of ${importRows.toLocaleString('en')} rows`
    case 'bulk':
      return 'bulks of 1,000 profiles, one after the other'
    case 'reencode':
      return `${memories.toLocaleString('en')} memories get the vectors of another encoder`
    case 'checkpoint':
      return 'patches of 20 kB, 100 a second, with their checkpoints'
  }
}

async function compareOnOneServer(stage: Stage, name: Exclude<SituationName, 'reencode'>): Promise<Turn[]> {
  const server = await startRecollect(stage.run.bench)
  const client = createClient(stage.run.bench, server.url)
  const turns: Turn[] = []
  try {
    // The first turn warms up: the code, and the pages that the work needs.
    for (let turn = 0; turn <= stage.size.turns; turn += 1) {
      const work = await prepareWork(stage, name, server, client)
      const idle = await measureIdle(stage, server)
      const measured = await measureBusy(stage, server, work)
      if (turn > 0) turns.push({ idle, ...measured })
    }
  } finally {
    await server.stop()
  }
  return turns
}

async function prepareWork(
  { run, size }: Stage,
  name: Exclude<SituationName, 'reencode'>,
  { url }: ServerProcess,
  client: Client,
): Promise<() => Promise<void>> {
  switch (name) {
    case 'import': {
      const prepared = await prepareImport(run, url, size.importRows)
      return () => prepared.run()
    }
    case 'bulk':
      return () => bulkFor(run, client, size.seconds)
    case 'checkpoint':
      return () => patchLargeFor(run, client, size.seconds)
  }
}

/** Another encoder takes another start: one server has none and is idle, the next has the built-in one and encodes. */
async function compareReencoding(stage: Stage): Promise<Turn[]> {
  const { run, size } = stage
  const first = await startRecollect(run.bench, { RECOLLECT_ENCODER: 'none' })
  await addMemories(run, createClient(run.bench, first.url), size.memories)
  await first.stop()
  const turns: Turn[] = []
  for (let turn = 0; turn < size.turns; turn += 1) {
    const idle = await onNewServer(stage, 'none', (server) => measureIdle(stage, server))
    const busy = await onNewServer(stage, 'builtin', (server) =>
      measureBusy(stage, server, () => waitWhileEncoding(server.url, size.seconds)),
    )
    turns.push({ idle, ...busy })
  }
  return turns
}

async function onNewServer<T>(stage: Stage, encoder: string, work: (server: ServerProcess) => Promise<T>): Promise<T> {
  const server = await startRecollect(stage.run.bench, { RECOLLECT_ENCODER: encoder })
  try {
    await measureSteady(server.url, loadOf(stage), () => pause(WARM_UP_SECONDS))
    return await work(server)
  } finally {
    await server.stop()
  }
}

function measureIdle(stage: Stage, { url }: ServerProcess): Promise<SteadyMeasurement> {
  return measureSteady(url, loadOf(stage), () => pause(stage.size.seconds))
}

async function measureBusy(
  stage: Stage,
  { url }: ServerProcess,
  work: () => Promise<void>,
): Promise<Omit<Turn, 'idle'>> {
  await readLongestTurn(url)
  const busy = await measureSteady(url, loadOf(stage), work)
  return { busy, longestTurnMs: await readLongestTurn(url) }
}

function loadOf({ run, size }: Stage) {
  let count = 0
  const nextPath = () => {
    // A stride that shares no factor with the length visits all of them in a scattered order.
    count += 1
    return `/v1/Stores/${run.store}/Profiles/${run.profiles[(count * 7919) % run.profiles.length]?.id}`
  }
  return { perSecond: size.perSecond, authorization: run.bench.authorization, nextPath }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

function summarize(title: string, turns: readonly Turn[]): Comparison {
  const merge = (measurements: readonly SteadyMeasurement[]): SteadyMeasurement => ({
    requests: measurements.reduce((sum, { requests }) => sum + requests, 0),
    p50: median(measurements.map(({ p50 }) => p50)),
    p99: median(measurements.map(({ p99 }) => p99)),
    max: Math.max(...measurements.map(({ max }) => max)),
  })
  return {
    title,
    idle: merge(turns.map(({ idle }) => idle)),
    busy: merge(turns.map(({ busy }) => busy)),
    ratio: median(turns.map(({ idle, busy }) => busy.p99 / idle.p99)),
    longestTurnMs: Math.max(...turns.map(({ longestTurnMs }) => longestTurnMs)),
  }
}
