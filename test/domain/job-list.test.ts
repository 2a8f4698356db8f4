import { expect, it } from 'vitest'
import { claimJob, enqueueJob, retryJob as giveBack, type JobKind } from '../../src/domain/job.js'
import { listJobs, retryJob } from '../../src/domain/job-list.js'
import { createProfile, deleteProfile } from '../../src/domain/profile.js'
import { openStore } from '../../src/domain/store-scope.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'

const WORKER = 'one'
const READER = { accountSid: TEST_ACTOR.accountSid, stores: undefined }

/** A context with a job that failed so often that it was set aside. */
async function setAside(kind: JobKind) {
  const ctx = await createTestContext()
  const { storeId } = await openTestStore(ctx)
  await ctx.db.transaction((trx) =>
    enqueueJob(ctx, trx, { storeId, kind, payload: { profiles: [] }, actor: TEST_ACTOR }),
  )
  let later = ctx.now()
  for (let outcome = 'retried'; outcome === 'retried'; ) {
    later += 60_000
    const job = await claimJob({ db: ctx.db, now: () => later }, WORKER)
    if (job === undefined) throw new Error('the job is not due')
    outcome = await giveBack({ db: ctx.db, now: () => later }, job, new Error('boom'))
  }
  const [job] = (await listJobs(ctx, READER, {})).items
  if (job === undefined) throw new Error('the job is not listed')
  return { ctx, job }
}

it('lists a job that was set aside with the reason, and runs it again on request', async () => {
  const { ctx, job } = await setAside('bulk')
  expect(job).toMatchObject({ kind: 'bulk', status: 'FAILED', attempts: 10, lastError: 'Error: boom' })
  expect(await claimJob(ctx, WORKER)).toBeUndefined()
  await retryJob(ctx, TEST_ACTOR, job.id)
  expect((await listJobs(ctx, READER, {})).items).toMatchObject([{ status: 'QUEUED', attempts: 0 }])
  expect(await claimJob(ctx, WORKER)).toMatchObject({ id: job.id })
})

it('refuses to run an import again whose file is gone', async () => {
  const { ctx, job } = await setAside('import')
  await expect(retryJob(ctx, TEST_ACTOR, job.id)).rejects.toMatchObject({ status: 409 })
})

it('erases what a failed bulk upsert was to write with a profile of its store, and refuses to run it then', async () => {
  const { ctx, job } = await setAside('bulk')
  const scope = await openStore(ctx, TEST_ACTOR.accountSid, job.storeId)
  const id = await createProfile(ctx, scope, TEST_ACTOR, { traits: { Contact: { email: 'a@example.com' } } })
  await deleteProfile(ctx, scope, TEST_ACTOR, id)
  const rows = await ctx.db.read.selectFrom('job').select('payload').execute()
  expect(rows).toEqual([{ payload: '{}' }])
  await expect(retryJob(ctx, TEST_ACTOR, job.id)).rejects.toMatchObject({ status: 409 })
})

it('shows a key for some stores the jobs of those', async () => {
  const { ctx, job } = await setAside('bulk')
  const listFor = async (store: string) => (await listJobs(ctx, { ...READER, stores: new Set([store]) }, {})).items
  expect(await listFor(job.storeId)).toMatchObject([{ id: job.id }])
  expect(await listFor('mem_store_01hzzzzzzzzzzzzzzzzzzzzzzz')).toEqual([])
})

it('shows a job to its account alone', async () => {
  const { ctx, job } = await setAside('bulk')
  const stranger = `AC${'2'.repeat(32)}`
  expect((await listJobs(ctx, { accountSid: stranger, stores: undefined }, {})).items).toEqual([])
  await expect(retryJob(ctx, { ...TEST_ACTOR, accountSid: stranger }, job.id)).rejects.toMatchObject({ status: 404 })
})
