import { expect, it, onTestFinished } from 'vitest'
import type { Context } from '../../src/context.js'
import { enqueueJob } from '../../src/domain/job.js'
import { StorageUnavailableError } from '../../src/errors.js'
import { startWorker } from '../../src/jobs/worker.js'
import type { Database } from '../../src/storage/database.js'
import { eventually } from '../support/api.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'

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

const countJobs = async (ctx: Context) => (await ctx.db.read.selectFrom('job').select('id').execute()).length

it('a job claimed by a transaction whose answer was lost is done long before its lease ends', async () => {
  const ctx = await createTestContext()
  const { storeId } = await openTestStore(ctx)
  const payload = { profiles: [{ traits: { Contact: { email: 'ann@example.com' } } }] }
  await ctx.db.transaction((trx) => enqueueJob(ctx, trx, { storeId, kind: 'bulk', payload, actor: TEST_ACTOR }))
  const worker = startWorker({ ...ctx, db: losesFirstAnswer(ctx.db) })
  onTestFinished(() => worker.stop())
  await eventually(
    () => countJobs(ctx),
    (count) => count === 0,
  )
  expect((await ctx.db.read.selectFrom('profile').select('id').execute()).length).toBe(1)
})
