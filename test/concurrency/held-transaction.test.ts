import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '../../src/context.js'
import { profileBatch } from '../../src/domain/identity/batch.js'
import { toBatch } from '../../src/domain/identity/resolve.js'
import {
  createProfile,
  deleteProfile,
  fetchProfile,
  listProfiles,
  lookupProfiles,
  patchProfile,
} from '../../src/domain/profile.js'
import { loadSchema } from '../../src/domain/schema.js'
import { prepareUpsert } from '../../src/domain/upsert.js'
import type { StoreScope } from '../../src/scope.js'
import { lockStore } from '../../src/storage/store.js'
import { createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'
import { engine } from '../support/engine.js'

type Contact = Record<string, string>

/** Long enough for work that does not wait as it should to give itself away. */
const A_WHILE_MS = 50

let ctx: Context
let scope: StoreScope
beforeEach(async () => {
  ctx = await createTestContext()
  scope = await openTestStore(ctx)
})

function create(Contact: Contact): Promise<string> {
  return createProfile(ctx, scope, TEST_ACTOR, { traits: { Contact } })
}

async function owners(value: string): Promise<string[]> {
  return (await lookupProfiles(ctx, scope, { idType: 'email', value })).profiles
}

async function allIds(): Promise<string[]> {
  return (await listProfiles(ctx, scope, {})).items
}

/** A promise and what settles it, so that a transaction stays open for as long as a test wants. */
function createGate() {
  let open = () => {}
  let fail: (error: Error) => void = () => {}
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { open: () => open(), fail: (error: Error) => fail(error), passed }
}

/**
 * Keeps everybody else out of the store until the gate opens.
 *
 * @returns when it is held, what ends with its transaction
 */
async function holdStore(gate: ReturnType<typeof createGate>): Promise<{ readonly ended: Promise<void> }> {
  const isHeld = createGate()
  const ended = ctx.db.transaction(async (trx) => {
    await lockStore(trx, scope.storeId, 'settings')
    isHeld.open()
    await gate.passed
  })
  await isHeld.passed
  return { ended }
}

/**
 * Writes a profile and keeps its transaction open until the gate opens.
 *
 * @returns when the rows are written, what becomes of them: the profile's id or why there is none
 */
async function writeAndHold(Contact: Contact, gate: ReturnType<typeof createGate>) {
  const schema = await loadSchema(ctx, ctx.db.read, scope)
  const batch = toBatch(ctx, scope, schema, [
    { actor: TEST_ACTOR, prepared: prepareUpsert(schema, { traits: { Contact } }) },
  ])
  const written = createGate()
  const committed = ctx.db.transaction(async (trx) => {
    const result = await profileBatch(() => ctx.newId).run(trx, batch)
    written.open()
    await gate.passed
    return result
  })
  const outcome = committed
    .then((result) => ('outcomes' in result ? result.outcomes : []))
    .then(([outcome]) => (outcome !== undefined && 'profileId' in outcome ? outcome.profileId : ''))
    .catch((error: Error) => error)
  await written.passed
  return { outcome }
}

/** Follows promises and tells how many have settled. */
function watch(promises: readonly Promise<unknown>[]): () => number {
  let settled = 0
  const count = () => {
    settled += 1
  }
  for (const promise of promises) promise.then(count, count)
  return () => settled
}

describe('while another transaction is open', () => {
  it('creates wait, are not seen, and are all there afterwards', async () => {
    const gate = createGate()
    const held = await holdStore(gate)
    const creates = Array.from({ length: 20 }, (_, index) => create({ email: `person-${index % 10}@example.com` }))
    const settled = watch(creates)
    await sleep(A_WHILE_MS)
    expect(settled()).toBe(0)
    expect(await allIds()).toEqual([])

    gate.open()
    await held.ended
    const ids = await Promise.all(creates)
    expect(new Set(ids).size).toBe(10)
    expect(new Set(await allIds())).toEqual(new Set(ids))
  })

  it('that already wrote the same person, creates end in its profile', async () => {
    const gate = createGate()
    const held = await writeAndHold({ email: 'ada@example.com' }, gate)
    const creates = Array.from({ length: 8 }, (_, index) => create({ email: 'ada@example.com', chat: `ada-${index}` }))
    await sleep(A_WHILE_MS)
    expect(await owners('ada@example.com')).toEqual([])

    gate.open()
    const id = await held.outcome
    expect(new Set(await Promise.all(creates))).toEqual(new Set([id]))
    expect(await allIds()).toEqual([id])
  })

  it('that is undone in the end, creates make the profile and nothing of the undone one is left', async () => {
    const gate = createGate()
    const undone = new Error('undone on purpose')
    const held = await writeAndHold({ email: 'ada@example.com', chat: 'of the undone one' }, gate)
    const creates = Array.from({ length: 8 }, () => create({ email: 'ada@example.com' }))
    await sleep(A_WHILE_MS)
    gate.fail(undone)
    expect(await held.outcome).toBe(undone)

    const [id = '', ...others] = new Set(await Promise.all(creates))
    expect(others).toEqual([])
    expect(await allIds()).toEqual([id])
    expect(JSON.parse(await fetchProfile(ctx, scope, id)).traits).toEqual({ Contact: { email: 'ada@example.com' } })
    expect(await lookupProfiles(ctx, scope, { idType: 'chat', value: 'of the undone one' })).toMatchObject({
      profiles: [],
    })
  })

  it('that merges a profile away, a patch of it is sent to the survivor and not lost silently', async () => {
    const older = await create({ email: 'older@example.com' })
    const younger = await create({ chat: 'younger' })
    const gate = createGate()
    const held = await writeAndHold({ email: 'older@example.com', chat: 'younger' }, gate)
    const patch = patchProfile(ctx, scope, TEST_ACTOR, younger, { traits: { Contact: { firstName: 'Ada' } } })
    patch.catch(() => undefined)
    await sleep(A_WHILE_MS)
    expect(JSON.parse(await fetchProfile(ctx, scope, younger)).id).toBe(younger)

    gate.open()
    expect(await held.outcome).toBe(older)
    await expect(patch).rejects.toMatchObject({ name: 'ProfileMovedError', canonicalId: older })
    expect(await allIds()).toEqual([older])
  })

  it('a create that comes behind a delete makes a new profile', async () => {
    const before = await create({ email: 'ada@example.com', firstName: 'Before' })
    const gate = createGate()
    const held = await holdStore(gate)
    const deleted = deleteProfile(ctx, scope, TEST_ACTOR, before)
    await sleep(A_WHILE_MS)
    const created = create({ email: 'ada@example.com' })
    const settled = watch([deleted, created])
    await sleep(A_WHILE_MS)
    expect(settled()).toBe(0)

    gate.open()
    await Promise.all([held.ended, deleted])
    const after = await created
    expect(after).not.toBe(before)
    expect(await allIds()).toEqual([after])
    expect(JSON.parse(await fetchProfile(ctx, scope, after)).traits).toEqual({ Contact: { email: 'ada@example.com' } })
  })

  it.runIf(engine === 'sqlite')('one that fails beside others in the queue takes none of them along', async () => {
    const gate = createGate()
    const held = await holdStore(gate)
    const before = create({ email: 'before@example.com' })
    await sleep(A_WHILE_MS)
    const failing = ctx.db.transaction(async (trx) => {
      await trx.deleteFrom('identifier').execute()
      await trx.deleteFrom('profile').execute()
      throw new Error('on purpose')
    })
    const broken = ctx.db.transaction(async (trx) => {
      await trx.insertInto('account').values({ sid: 'AC1', token_hash: 'x', created_at: 1 }).execute()
      await trx.insertInto('account').values({ sid: 'AC1', token_hash: 'y', created_at: 2 }).execute()
    })
    const after = ctx.db.transaction((trx) => trx.selectFrom('profile').select('id').execute())
    gate.open()
    await held.ended
    await expect(failing).rejects.toThrow('on purpose')
    await expect(broken).rejects.toThrow(/unique/i)
    const id = await before
    expect(await after).toEqual([{ id }])
    expect(await owners('before@example.com')).toEqual([id])
    expect(await ctx.db.read.selectFrom('account').select('sid').execute()).toEqual([])
  })

  it.each([
    ['does nothing', async () => undefined],
    ['fails before its first statement', () => Promise.reject(new Error('on purpose'))],
  ])('one that %s leaves nobody before it without an answer', async (_, work) => {
    const gate = createGate()
    const held = ctx.db.transaction(async (trx) => {
      await trx.selectFrom('store').select('id').execute()
      await gate.passed
    })
    const before = create({ email: 'before@example.com' })
    await sleep(A_WHILE_MS)
    const last = ctx.db.transaction<void>(work).catch(() => undefined)
    gate.open()
    await Promise.all([held, last])
    const id = await before
    expect(await allIds()).toEqual([id])
  })
})
