import { type Client, createClient, readRss, waitFor } from '../client.js'
import { makePerson, phoneOf } from '../person.js'
import { median } from '../statistics.js'
import type { Run } from './run.js'

const POLL_MS = 2
export const BULK_SIZE = 1000

export interface BulkResult {
  readonly profiles: number
  /** Median milliseconds until the batch was accepted, on disk. */
  readonly acceptedMs: number
  /** Median milliseconds until the last profile of the batch was found. */
  readonly visibleMs: number
  readonly profilesPerSecond: number
  readonly rss: number
}

/** Entries of a batch are written in order, so the last one stands for all. */
export async function waitUntilVisible(client: Client, store: string, person: number): Promise<void> {
  const body = { idType: 'phone', value: phoneOf(person) }
  await waitFor(
    `person ${person}`,
    async () => {
      const { body: found } = await client<{ profiles: string[] }>('POST', `/v1/Stores/${store}/Profiles/Lookup`, body)
      return found.profiles[0]
    },
    POLL_MS,
  )
}

/** Sends batches of 1,000 new people, one after the other; the first one is the warm-up. */
export async function runBulkCase(run: Run, url: string): Promise<BulkResult> {
  const client = createClient(run.bench, url)
  const accepted: number[] = []
  const visible: number[] = []
  for (let round = 0; round <= run.size.bulks; round += 1) {
    const people = Array.from({ length: BULK_SIZE }, () => run.newPerson())
    const started = performance.now()
    await client('PUT', `/v1/Stores/${run.store}/Profiles/Bulk`, { profiles: people.map(makePerson) })
    accepted.push(performance.now() - started)
    await waitUntilVisible(client, run.store, people.at(-1) ?? 0)
    visible.push(performance.now() - started)
  }
  const visibleMs = median(visible.slice(1))
  run.say(`bulk of ${BULK_SIZE}: visible after ${Math.round(visibleMs)} ms`)
  return {
    profiles: BULK_SIZE,
    acceptedMs: median(accepted.slice(1)),
    visibleMs,
    profilesPerSecond: (BULK_SIZE / visibleMs) * 1000,
    rss: await readRss(url),
  }
}
