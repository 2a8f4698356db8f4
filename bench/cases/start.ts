import { createClient, readRss } from '../client.js'
import { startRecollect } from '../servers.js'
import { median } from '../statistics.js'
import type { Run } from './run.js'

const CONCURRENT_READS = 16

export interface StartResult {
  readonly profiles: number
  /** Median milliseconds from the start of the process to its first answer, which reads the database. */
  readonly firstAnswerMs: number
  /** In MiB, after that answer. */
  readonly rssAtStart: number
  /** In MiB, after each profile was fetched once. */
  readonly rssAfterReads: number
}

/** Starts the server again and again on the filled data folder. */
export async function runStartCase(run: Run): Promise<StartResult> {
  const times: number[] = []
  let rssAtStart = 0
  let rssAfterReads = 0
  for (let start = 0; start < run.size.starts; start += 1) {
    const started = performance.now()
    const server = await startRecollect(run.bench)
    await createClient(run.bench, server.url)('GET', `/v1/Stores/${run.store}/Profiles?pageSize=1`)
    times.push(performance.now() - started)
    rssAtStart = await readRss(server.url)
    if (start === run.size.starts - 1) {
      await fetchAll(run, server.url)
      rssAfterReads = await readRss(server.url)
    }
    await server.stop()
  }
  const firstAnswerMs = median(times)
  run.say(`start to first answer: ${Math.round(firstAnswerMs)} ms`)
  return { profiles: run.profiles.length, firstAnswerMs, rssAtStart, rssAfterReads }
}

async function fetchAll(run: Run, url: string): Promise<void> {
  const client = createClient(run.bench, url)
  const pending = run.profiles.values()
  const reader = async () => {
    for (const { id } of pending) await client('GET', `/v1/Stores/${run.store}/Profiles/${id}`)
  }
  await Promise.all(Array.from({ length: CONCURRENT_READS }, reader))
}
