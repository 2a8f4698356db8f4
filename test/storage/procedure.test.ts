import { expect, it } from 'vitest'
import { createProfile, deleteProfile, fetchProfile } from '../../src/domain/profile.js'
import { deleteStore } from '../../src/domain/store.js'
import { ApiError, badRequest, ERROR_CODES } from '../../src/errors.js'
import type { Procedure } from '../../src/storage/procedure.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'
import { engine } from '../support/engine.js'

const email = (name: string) => ({ traits: { Contact: { email: `${name}@example.com` } } })

it('what a procedure refuses is the same refusal here, and nothing of it is applied', async () => {
  const ctx = await createTestContext()
  const [gone, kept] = [await openTestStore(ctx), await openTestStore(ctx, 'kept')]
  await deleteStore(ctx, TEST_ACTOR, gone.storeId)
  const results = await Promise.allSettled([
    createProfile(ctx, gone, TEST_ACTOR, email('a')),
    createProfile(ctx, kept, TEST_ACTOR, email('b')),
    createProfile(ctx, gone, TEST_ACTOR, email('c')),
  ])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
  for (const result of [results[0], results[2]]) {
    expect(result).toMatchObject({ reason: { status: 404, code: ERROR_CODES.storeNotFound } })
    expect(result).toMatchObject({ reason: expect.any(ApiError) })
  }
})

it('sees what was committed by transactions of this thread, and they see what it wrote', async () => {
  const ctx = await createTestContext()
  const scope = await openTestStore(ctx)
  let before = ''
  for (let turn = 0; turn < 5; turn += 1) {
    const [id, same] = await Promise.all([
      createProfile(ctx, scope, TEST_ACTOR, email('ada')),
      createProfile(ctx, scope, TEST_ACTOR, email('ada')),
    ])
    expect(same).toBe(id)
    expect(id).not.toBe(before)
    expect(JSON.parse(await fetchProfile(ctx, scope, id)).id).toBe(id)
    await deleteProfile(ctx, scope, TEST_ACTOR, id)
    before = id
  }
})

it('an input that cannot be made, or a procedure nobody knows, fails its own call alone', async () => {
  const ctx = await createTestContext()
  const scope = await openTestStore(ctx)
  const known: Procedure<null, string> = { name: 'known here only', run: async () => 'ran here' }
  const refuse = () => {
    throw badRequest('no input')
  }
  const results = await Promise.allSettled([
    createProfile(ctx, scope, TEST_ACTOR, email('a')),
    ctx.db.call(known, refuse),
    ctx.db.call(known, () => null),
    createProfile(ctx, scope, TEST_ACTOR, email('b')),
  ])
  expect(results[1]).toMatchObject({ status: 'rejected', reason: { message: 'no input' } })
  if (engine === 'sqlite')
    expect(results[2]).toMatchObject({ reason: { message: 'this thread knows no procedure known here only' } })
  else expect(results[2]).toEqual({ status: 'fulfilled', value: 'ran here' })
  expect([results[0]?.status, results[3]?.status]).toEqual(['fulfilled', 'fulfilled'])
})
