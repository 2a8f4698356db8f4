import { expect, it } from 'vitest'
import { claimJob, enqueueJob, retryJob } from '../../src/domain/job.js'
import { openContextAt } from '../support/clock-context.js'
import { openTestStore, TEST_ACTOR } from '../support/context.js'
import { temporaryFolder } from '../support/folder.js'

it('a job that is set aside keeps nothing of what a parser quoted of it', async () => {
  let time = Date.parse('2026-01-01T00:00:00Z')
  const ctx = await openContextAt(await temporaryFolder(), () => time)
  const { storeId } = await openTestStore(ctx)
  const payload = { profiles: [{ traits: { Contact: { email: 'gone@example.com' } } }] }
  await ctx.db.transaction((trx) => enqueueJob(ctx, trx, { storeId, kind: 'bulk', payload, actor: TEST_ACTOR }))
  let outcome = ''
  while (outcome !== 'failed') {
    time += 60_000
    const job = await claimJob(ctx, 'worker')
    if (job === undefined) throw new Error('the job is not due')
    outcome = await retryJob(ctx, job, new SyntaxError('"gone@example.com" is no JSON'))
  }
  const rows = await ctx.db.read.selectFrom('job').selectAll().execute()
  expect(rows).toMatchObject([{ status: 'FAILED', last_error: 'SyntaxError' }])
})
