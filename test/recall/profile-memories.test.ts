import { beforeEach, expect, it } from 'vitest'
import type { Context } from '../../src/context.js'
import { createObservations, deleteObservation, listObservations } from '../../src/domain/observation.js'
import { createProfile, deleteProfile } from '../../src/domain/profile.js'
import { createRecallCache } from '../../src/domain/recall/cache.js'
import { loadProfileMemories } from '../../src/domain/recall/profile-memories.js'
import type { StoreScope } from '../../src/scope.js'
import { insertDeletions, MOST_CHANGES_BEHIND } from '../../src/storage/memory-deletion.js'
import { runAll } from '../../src/storage/statement.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'

const EVERYTHING = { limit: 100, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }
const NOTES = ['Likes tea', 'Owns a lamp', 'Has a dog']

/** Two servers on one database: each has its own cache. */
let writer: Context
let reader: Context
let scope: StoreScope
let profileId: string

beforeEach(async () => {
  writer = await createTestContext()
  reader = { ...writer, recallCache: createRecallCache(1_000_000) }
  scope = await openTestStore(writer)
  profileId = await createProfile(writer, scope, TEST_ACTOR, { traits: { Contact: { email: 'ada@example.com' } } })
  const observations = NOTES.map((content) => ({ content, occurredAt: '2026-01-05T10:00:00Z', source: 'notes' }))
  await createObservations(writer, scope, TEST_ACTOR, profileId, observations)
})

const load = () => loadProfileMemories(reader, scope, profileId)
const idsKnown = async () => (await load()).observations.latest(EVERYTHING).toSorted()
const idsStored = async () => {
  const page = await listObservations(writer, scope, profileId, { pageSize: 100 })
  return page.items.map(({ id }) => id).toSorted()
}
const noted = () => writer.db.read.selectFrom('memory_deletion').selectAll().execute()

async function deleteOne(): Promise<void> {
  const [id = ''] = await idsStored()
  await deleteObservation(writer, scope, TEST_ACTOR, profileId, id)
}

/** As if the profile's memories had changed so often. */
async function raiseVersion(changes: number): Promise<void> {
  await writer.db.transaction(async (trx) => {
    await trx
      .updateTable('profile')
      .set((e) => ({ memory_version: e('memory_version', '+', changes) }))
      .where('id', '=', profileId)
      .execute()
  })
}

it('follows a deletion on another server without being made anew', async () => {
  const before = await load()
  expect(await idsKnown()).toEqual(await idsStored())
  await deleteOne()
  const after = await load()
  expect(after).toBe(before)
  expect(after.observations.size()).toBe(2)
  expect(await idsKnown()).toEqual(await idsStored())
})

it('is made anew when it is too far behind to know all that was deleted', async () => {
  const before = await load()
  await deleteOne()
  await raiseVersion(MOST_CHANGES_BEHIND)
  const after = await load()
  expect(after).not.toBe(before)
  expect(await idsKnown()).toEqual(await idsStored())
})

it('keeps what was deleted noted for as long as an index may count on it, and no longer than twice that', async () => {
  await deleteOne()
  await raiseVersion(MOST_CHANGES_BEHIND)
  await deleteOne()
  expect(await noted()).toHaveLength(2)
  await raiseVersion(2 * MOST_CHANGES_BEHIND)
  await deleteOne()
  expect(await noted()).toHaveLength(1)
})

it('never finds a memory again that went while the index was behind', async () => {
  await load()
  for (let round = 0; round < NOTES.length; round += 1) {
    await deleteOne()
    expect(await idsKnown()).toEqual(await idsStored())
  }
  expect((await load()).observations.size()).toBe(0)
})

it('takes what was noted away with the profile', async () => {
  await deleteOne()
  await deleteProfile(writer, scope, TEST_ACTOR, profileId)
  expect(await noted()).toEqual([])
})

it('notes deletions of each profile apart', async () => {
  await load()
  const [id = ''] = await idsStored()
  await writer.db.transaction((trx) => runAll(trx, insertDeletions(trx, scope, 'mem_profile_other', [id], 5)))
  await raiseVersion(1)
  expect(await idsKnown()).toEqual(await idsStored())
})
