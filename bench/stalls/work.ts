import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { BULK_SIZE, waitUntilVisible } from '../cases/bulk.js'
import type { Run } from '../cases/run.js'
import { type Client, readQueuedTexts } from '../client.js'
import { makePerson } from '../person.js'

/** Sends batches of new people until the time is over; each is there before the next is sent. */
export async function bulkFor(run: Run, client: Client, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    const people = Array.from({ length: BULK_SIZE }, () => run.newPerson())
    await client('PUT', `/v1/Stores/${run.store}/Profiles/Bulk`, { profiles: people.map(makePerson) })
    await waitUntilVisible(client, run.store, people.at(-1) ?? 0)
  }
}

const PATCHES_PER_SECOND = 100
const PATCH_BYTES = 20_000
const CHECKPOINT_SECONDS = 1

/**
 * Writes so much that SQLite's log is copied into the database every few seconds. PostgreSQL would do so every five minutes; it is told
 * to.
 */
export async function patchLargeFor(run: Run, client: Client, seconds: number): Promise<void> {
  const { databaseUrl } = run.bench
  const database = databaseUrl === undefined ? undefined : new pg.Client({ connectionString: databaseUrl })
  await database?.connect()
  const started = performance.now()
  const patches: Promise<unknown>[] = []
  let checkpoints = 1
  for (let count = 0; ; count += 1) {
    const due = started + (count * 1000) / PATCHES_PER_SECOND
    if (due > started + seconds * 1000) break
    await sleep(Math.max(0, due - performance.now()))
    const id = run.profiles[(count * 31) % run.profiles.length]?.id
    const traits = { Contact: { city: `${count}`.repeat(PATCH_BYTES).slice(0, PATCH_BYTES) } }
    const patch = client('PATCH', `/v1/Stores/${run.store}/Profiles/${id}`, { traits })
    patch.catch(() => undefined)
    patches.push(patch)
    if (database !== undefined && due > started + checkpoints * CHECKPOINT_SECONDS * 1000) {
      checkpoints += 1
      patches.push(database.query('checkpoint'))
    }
  }
  await Promise.all(patches)
  await database?.end()
}

const MEMORIES_A_REQUEST = 10

/** Adds observations, ten to a profile. */
export async function addMemories(run: Run, client: Client, count: number): Promise<void> {
  for (let added = 0; added < count; added += MEMORIES_A_REQUEST) {
    const id = run.profiles[(added / MEMORIES_A_REQUEST) % run.profiles.length]?.id
    const observations = Array.from({ length: Math.min(MEMORIES_A_REQUEST, count - added) }, (_, index) => ({
      content: `Asked for a refund of order ${added + index} and wants to be called back in the morning about the delivery.`,
      source: 'bench',
      occurredAt: '2026-01-01T00:00:00Z',
    }))
    await client('POST', `/v1/Stores/${run.store}/Profiles/${id}/Observations`, { observations })
  }
}

const POLL_MS = 500

/** @throws when the server had nothing to encode any more before the time was over */
export async function waitWhileEncoding(url: string, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    await sleep(POLL_MS)
    if ((await readQueuedTexts(url)) === 0)
      throw new Error('all memories are encoded before the time is over: give more')
  }
}
