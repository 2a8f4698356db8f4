import { expect, it } from 'vitest'
import { enqueueJob } from '../../src/domain/job.js'
import { queueForEncoding } from '../../src/storage/memory.js'
import { measureEncodingQueue, measureJobs } from '../../src/storage/queue-depth.js'
import { runAll } from '../../src/storage/statement.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'

it('counts jobs, up to a thousand, and tells when the oldest came', async () => {
  const ctx = await createTestContext()
  const scope = await openTestStore(ctx)
  expect(await measureJobs(ctx.db.read, 'QUEUED')).toEqual({ count: 0, oldestAt: undefined })
  let time = 5000
  const clock = { newId: ctx.newId, now: () => time++ }
  const job = { storeId: scope.storeId, kind: 'bulk' as const, payload: {}, actor: TEST_ACTOR }
  await ctx.db.transaction(async (trx) => {
    for (let count = 0; count < 3; count += 1) await enqueueJob(clock, trx, job)
  })
  expect(await measureJobs(ctx.db.read, 'QUEUED')).toEqual({ count: 3, oldestAt: 5000 })
  expect(await measureJobs(ctx.db.read, 'FAILED')).toEqual({ count: 0, oldestAt: undefined })
  await ctx.db.transaction(async (trx) => {
    for (let count = 0; count < 1010; count += 1) await enqueueJob(clock, trx, job)
  })
  expect((await measureJobs(ctx.db.read, 'QUEUED')).count).toBe(1000)
})

it('counts memories that wait, up to ten thousand', async () => {
  const ctx = await createTestContext()
  const scope = await openTestStore(ctx)
  const rows = Array.from({ length: 10_050 }, (_, index) => ({
    id: `mem_observation_${index}`,
    profileId: 'mem_profile_1',
    kind: 'observation' as const,
    change: 1,
  }))
  await ctx.db.transaction(async (trx) => {
    await runAll(trx, queueForEncoding(scope, rows.slice(0, 20)))
  })
  // Their observations are gone: they are counted and have no age.
  expect(await measureEncodingQueue(ctx.db.read)).toEqual({ count: 20, oldestAt: undefined })
  await ctx.db.transaction((trx) => runAll(trx, queueForEncoding(scope, rows)))
  expect((await measureEncodingQueue(ctx.db.read)).count).toBe(10_000)
})

it('tells when the oldest text was written that has no vector', async () => {
  const ctx = await createTestContext()
  const scope = await openTestStore(ctx)
  const profile = { store_id: scope.storeId, profile_id: 'mem_profile_1', origin_profile_id: 'mem_profile_1' }
  const memory = { ...profile, content: 'c', source: 's', occurred_at: 1, created_at: 1, change: 1 }
  await ctx.db.transaction(async (trx) => {
    const observations = [7000, 6000].map((time) => ({
      ...memory,
      id: `mem_observation_${time}`,
      conversation_ids: '[]',
      updated_at: time,
    }))
    await trx.insertInto('observation').values(observations).execute()
    const summary = { ...memory, id: 'mem_summary_1', conversation_id: 'c', updated_at: 3000 }
    await trx.insertInto('summary').values(summary).execute()
    await runAll(
      trx,
      queueForEncoding(
        scope,
        observations.map(({ id, change }) => ({ id, change, kind: 'observation', profileId: 'mem_profile_1' })),
      ),
    )
  })
  expect(await measureEncodingQueue(ctx.db.read)).toEqual({ count: 2, oldestAt: 6000 })
  await ctx.db.transaction((trx) =>
    runAll(
      trx,
      queueForEncoding(scope, [{ id: 'mem_summary_1', kind: 'summary', change: 1, profileId: 'mem_profile_1' }]),
    ),
  )
  expect(await measureEncodingQueue(ctx.db.read)).toEqual({ count: 3, oldestAt: 3000 })
})
