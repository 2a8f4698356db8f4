import { expect, it, onTestFinished } from 'vitest'
import { createAccount } from '../../src/domain/account.js'
import { eraseOldAudit, listAudit } from '../../src/domain/audit.js'
import { deleteStore } from '../../src/domain/store.js'
import { startHousekeeping } from '../../src/jobs/housekeeping.js'
import { eventually } from '../support/api.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'

const DAY_MS = 24 * 60 * 60 * 1000

it('erases what is older than the setting, of stores that are gone too, and nothing else', async () => {
  const ctx = await createTestContext()
  const { accountSid } = TEST_ACTOR
  await createAccount(ctx, { sid: accountSid })
  const { storeId } = await openTestStore(ctx)
  await deleteStore(ctx, TEST_ACTOR, storeId)
  const principal = { accountSid, credential: accountSid, scope: 'admin', stores: undefined } as const
  const list = async () => (await listAudit(ctx, principal, {})).items.map(({ type }) => type)
  const erase = (days: number, daysFromNow: number) =>
    eraseOldAudit(
      { db: ctx.db, now: () => Date.now() + daysFromNow * DAY_MS, config: { ...ctx.config, auditDays: days } },
      () => false,
    )
  const all = await list()
  expect(all).toHaveLength(2)
  expect(await erase(0, 10_000)).toBe(0)
  expect(await erase(30, 29)).toBe(0)
  expect(await list()).toEqual(all)
  expect(await erase(30, 31)).toBe(2)
  expect(await list()).toEqual([])
})

it('shows what was done in stores that a node of a version without the audit created', async () => {
  const ctx = await createTestContext()
  const { accountSid } = TEST_ACTOR
  const { storeId } = await openTestStore(ctx)
  // That version wrote all but the row that says whose the store is.
  await ctx.db.transaction((trx) => trx.deleteFrom('account_store').where('store_id', '=', storeId).execute())
  const principal = { accountSid, credential: accountSid, scope: 'admin', stores: undefined } as const
  const listStores = async () => (await listAudit(ctx, principal, {})).items.map((entry) => entry.storeId)
  expect(await listStores()).toEqual([])
  const housekeeping = startHousekeeping(ctx)
  onTestFinished(() => housekeeping.stop())
  expect(await eventually(listStores, ({ length }) => length > 0)).toEqual([storeId])
})
