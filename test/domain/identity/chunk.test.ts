import { beforeEach, expect, it } from 'vitest'
import type { Context } from '../../../src/context.js'
import type { ProfileInput } from '../../../src/contract/profile.js'
import { BULK_CHUNK } from '../../../src/domain/bulk-chunk.js'
import { writeChunk } from '../../../src/domain/identity/chunk.js'
import type { ClaimedJob } from '../../../src/domain/job.js'
import { listProfiles, lookupProfiles } from '../../../src/domain/profile.js'
import { openStore } from '../../../src/domain/store-scope.js'
import { createTraitGroup, deleteTraitGroup } from '../../../src/domain/trait-group.js'
import { WorkStoppedError } from '../../../src/errors.js'
import type { StoreScope } from '../../../src/scope.js'
import { claimTestJob, createTestContext, openTestStore, TEST_ACTOR } from '../../support/context.js'

let ctx: Context
let scope: StoreScope
let job: ClaimedJob
beforeEach(async () => {
  ctx = await createTestContext()
  scope = await openTestStore(ctx)
  job = await claimTestJob(ctx, scope)
})

const person = (email: string, more: ProfileInput['traits'] = {}): ProfileInput => ({
  traits: { Contact: { email }, ...more },
})

function write(items: ProfileInput[], checkpoint = items.length) {
  return writeChunk(ctx, scope, BULK_CHUNK, { actor: TEST_ACTOR, items, state: job.progress(checkpoint) })
}

async function isStored(value: string): Promise<boolean> {
  return (await lookupProfiles(ctx, scope, { idType: 'email', value })).profiles.length > 0
}

it('writes its items in their order and says how each ended', async () => {
  expect(await write([person('a@example.com'), person('b@example.com'), person('a@example.com')])).toMatchObject({
    created: 2,
    updated: 1,
    merged: 0,
    refused: 0,
  })
  expect((await listProfiles(ctx, scope, {})).items).toHaveLength(2)
})

it('refuses an item alone that the store does not admit', async () => {
  const items = [person('a@example.com'), person('b@example.com', { Nobody: { knows: 1 } }), person('c@example.com')]
  expect(await write(items)).toMatchObject({ created: 2, refused: 1 })
  expect(await isStored('b@example.com')).toBe(false)
  expect(await isStored('c@example.com')).toBe(true)
})

it('leaves nothing, nor a checkpoint, when the job is another worker’s by now', async () => {
  await ctx.db.transaction((trx) => trx.updateTable('job').set({ locked_by: 'another', checkpoint: '7' }).execute())
  const written = write([person('a@example.com')])
  await expect(written).rejects.toBeInstanceOf(WorkStoppedError)
  await expect(written).rejects.toMatchObject({ reason: 'lease-lost' })
  expect((await listProfiles(ctx, scope, {})).items).toEqual([])
  expect(await ctx.db.read.selectFrom('job').select('checkpoint').execute()).toEqual([{ checkpoint: '7' }])
})

it('goes by the schema that the store has when it is written, not by one that was known before', async () => {
  const group = { displayName: 'Shop', traits: { plan: { dataType: 'STRING' as const } } }
  const withPlan = (email: string) => person(email, { Shop: { plan: 'gold' } })
  expect(await write([withPlan('a@example.com')])).toMatchObject({ refused: 1 })
  // The scope stays as old as it is: another node's would be.
  await createTraitGroup(ctx, scope, TEST_ACTOR, group)
  expect(await write([withPlan('b@example.com')])).toMatchObject({ created: 1, refused: 0 })
  await deleteTraitGroup(ctx, await openStore(ctx, scope.accountSid, scope.storeId), TEST_ACTOR, 'Shop')
  expect(await write([withPlan('c@example.com'), person('d@example.com')])).toMatchObject({ created: 1, refused: 1 })
})

it('gives writes of later chunks later times, so that the last of two values stays', async () => {
  const named = (firstName: string): ProfileInput => ({ traits: { Contact: { email: 'a@example.com', firstName } } })
  await write([named('first'), named('second')])
  await Promise.all([write([named('third'), named('fourth')]), write([named('fifth'), named('last')])])
  const [row] = await ctx.db.read.selectFrom('profile').select('traits').execute()
  expect(JSON.parse(row?.traits ?? '{}').Contact.firstName).toMatch(/^(fourth|last)$/)
})
