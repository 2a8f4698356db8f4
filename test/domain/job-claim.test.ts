import { expect, it, onTestFinished } from 'vitest'
import type { Context } from '../../src/context.js'
import { claimJob, enqueueJob } from '../../src/domain/job.js'
import { StorageUnavailableError, WorkStoppedError } from '../../src/errors.js'
import { startWorker } from '../../src/jobs/worker.js'
import type { Database } from '../../src/storage/database.js'
import { eventually } from '../support/api.js'
import { openContextAt } from '../support/clock-context.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'
import { temporaryFolder } from '../support/folder.js'

/** A database that commits its first transaction and never says so, as one whose connection breaks meanwhile. */
function losesFirstAnswer(db: Database): Database {
  let isLost = false
  return {
    ...db,
    transaction: async (work, options) => {
      const result = await db.transaction(work, options)
      if (isLost) return result
      isLost = true
      throw new StorageUnavailableError('connection terminated')
    },
  }
}

async function enqueue(ctx: Context): Promise<void> {
  const { storeId } = await openTestStore(ctx)
  const payload = { profiles: [{ traits: { Contact: { email: 'ann@example.com' } } }] }
  await ctx.db.transaction((trx) => enqueueJob(ctx, trx, { storeId, kind: 'bulk', payload, actor: TEST_ACTOR }))
}

const countJobs = async (ctx: Context) => (await ctx.db.read.selectFrom('job').select('id').execute()).length

it('a job claimed by a transaction whose answer was lost is done long before its lease ends', async () => {
  const ctx = await createTestContext()
  await enqueue(ctx)
  const worker = startWorker({ ...ctx, db: losesFirstAnswer(ctx.db) })
  onTestFinished(() => worker.stop())
  await eventually(
    () => countJobs(ctx),
    (count) => count === 0,
  )
  expect((await ctx.db.read.selectFrom('profile').select('id').execute()).length).toBe(1)
})

it('a worker whose lease ended neither moves nor ends a job that another one has now', async () => {
  let time = Date.parse('2026-01-01T00:00:00Z')
  const ctx = await openContextAt(await temporaryFolder(), () => time)
  await enqueue(ctx)
  const slow = await claimJob(ctx, 'slow')
  expect(await claimJob(ctx, 'next')).toBeUndefined()
  time += 61_000
  const next = await claimJob(ctx, 'next')
  if (slow === undefined || next === undefined) throw new Error('there is a job')
  await expect(ctx.db.transaction((trx) => slow.advance(trx, 1))).rejects.toThrow(WorkStoppedError)
  await expect(ctx.db.transaction((trx) => slow.finish(trx))).rejects.toThrow(WorkStoppedError)
  expect(await countJobs(ctx)).toBe(1)
  await ctx.db.transaction((trx) => next.finish(trx))
  expect(await countJobs(ctx)).toBe(0)
})
