import { expect, it } from 'vitest'
import type { Context } from '../../src/context.js'
import { runRetention } from '../../src/domain/erase-old.js'
import { claimJob, releaseJob } from '../../src/domain/job.js'
import { createObservations } from '../../src/domain/observation.js'
import { createProfile } from '../../src/domain/profile.js'
import { replaceRetention, scheduleRetention } from '../../src/domain/retention.js'
import type { StoreScope } from '../../src/scope.js'
import { openContextAt } from '../support/clock-context.js'
import { openTestStore, TEST_ACTOR } from '../support/context.js'
import { temporaryFolder } from '../support/folder.js'

const DAY_MS = 24 * 60 * 60 * 1000
const START = Date.parse('2026-01-01T00:00:00Z')

/** A store with memories of the first day and of day 40, in the eyes of day 40. */
async function fillStore() {
  let time = START
  const folder = await temporaryFolder()
  const ctx = await openContextAt(folder, () => time)
  const scope = await openTestStore(ctx)
  const people: string[] = []
  for (const name of ['one', 'two', 'three']) {
    people.push(await createProfile(ctx, scope, TEST_ACTOR, { traits: { Contact: { email: `${name}@example.com` } } }))
  }
  for (const [index, id] of people.entries()) await remember(ctx, scope, id, `old ${index}`, 150)
  time += 40 * DAY_MS
  for (const [index, id] of people.entries()) await remember(ctx, scope, id, `new ${index}`, 5)
  return { folder, ctx, scope, people, pass: (days: number) => (time += days * DAY_MS) }
}

async function remember(ctx: Context, scope: StoreScope, profileId: string, content: string, count: number) {
  for (let left = count; left > 0; left -= 10) {
    const inputs = Array.from({ length: Math.min(left, 10) }, (_, index) => ({
      content: `${content} ${left - index}`,
      source: 'notes',
      // Long ago, and yet stored now: that is no reason to go.
      occurredAt: '2001-01-01T00:00:00Z',
    }))
    await createObservations(ctx, scope, TEST_ACTOR, profileId, inputs)
  }
}

async function countObservations(ctx: Context, scope: StoreScope, people: readonly string[]): Promise<number[]> {
  const { storeId } = scope
  const rows = await ctx.db.read
    .selectFrom('observation')
    .select('profile_id')
    .where('store_id', '=', storeId)
    .execute()
  return people.map((id) => rows.filter((row) => row.profile_id === id).length)
}

async function deletionEvents(ctx: Context): Promise<{ subject_id: string }[]> {
  return ctx.db.read
    .selectFrom('event')
    .select('subject_id')
    .where('type', '=', 'com.twilio.memory.observation.deleted')
    .execute()
}

/** Claims the job there must be and runs it. @param steps after how many questions it is told to stop */
async function runJob(ctx: Context, steps = Number.POSITIVE_INFINITY): Promise<boolean> {
  const job = await claimJob(ctx, `worker-${steps}`)
  if (job === undefined) throw new Error('there is no job')
  expect(job.kind).toBe('retention')
  let asked = 0
  const done = await runRetention(ctx, job, () => ++asked > steps)
  if (!done) await releaseJob(ctx, job)
  return done
}

it('erases what was stored longer ago than the store keeps it, and nothing else, also when it is interrupted', async () => {
  const { ctx, scope, people } = await fillStore()
  const before = await ctx.db.read.selectFrom('profile').select(['id', 'memory_version']).orderBy('id').execute()
  await replaceRetention(ctx, scope, TEST_ACTOR, { observationDays: 30 }, undefined)
  let runs = 1
  while (!(await runJob(ctx, 1))) runs += 1
  expect(runs).toBeGreaterThan(2)
  expect(await countObservations(ctx, scope, people)).toEqual([5, 5, 5])

  const events = await deletionEvents(ctx)
  expect(events).toHaveLength(450)
  expect(new Set(events.map((event) => event.subject_id)).size).toBe(450)
  const after = await ctx.db.read.selectFrom('profile').select(['id', 'memory_version']).orderBy('id').execute()
  for (const [index, { memory_version: version }] of after.entries()) {
    expect(version).toBeGreaterThan(before[index]?.memory_version ?? 0)
  }
  for (const table of ['observation', 'encoding_queue', 'job'] as const) {
    const rows = await ctx.db.read.selectFrom(table).select('store_id').execute()
    expect(rows, table).toHaveLength({ observation: 15, encoding_queue: 0, job: 0 }[table])
  }
})

it('looks again when its time has come, once for all nodes, also after a restart', async () => {
  const { folder, ctx, scope, people, pass } = await fillStore()
  await replaceRetention(ctx, scope, TEST_ACTOR, { observationDays: 365 }, undefined)
  expect(await runJob(ctx)).toBe(true)
  expect(await countObservations(ctx, scope, people)).toEqual([155, 155, 155])

  await scheduleRetention(ctx)
  expect(await claimJob(ctx, 'idle')).toBeUndefined()

  pass(330)
  const nodes = [ctx, await openContextAt(folder, ctx.now), await openContextAt(folder, ctx.now)]
  await Promise.all(nodes.map((node) => scheduleRetention(node)))
  expect(await ctx.db.read.selectFrom('job').select('kind').execute()).toEqual([{ kind: 'retention' }])
  expect(await runJob(nodes[2] ?? ctx)).toBe(true)
  expect(await countObservations(ctx, scope, people)).toEqual([5, 5, 5])
})

it('leaves everything when nothing is set any more', async () => {
  const { ctx, scope, people, pass } = await fillStore()
  await replaceRetention(ctx, scope, TEST_ACTOR, { observationDays: 30, summaryDays: 30 }, undefined)
  await replaceRetention(ctx, scope, TEST_ACTOR, {}, undefined)
  pass(1000)
  await runJob(ctx)
  await scheduleRetention(ctx)
  await runJob(ctx)
  expect(await countObservations(ctx, scope, people)).toEqual([155, 155, 155])
})
