import { describe, expect, it } from 'vitest'
import { createStore, eventually } from '../support/api.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()

const profiles = (storeId = store()) => `/v1/Stores/${storeId}/Profiles`
const contact = (traits: object) => ({ traits: { Contact: traits } })
const bulk = (entries: unknown, storeId = store()) => api('PUT', `${profiles(storeId)}/Bulk`, { profiles: entries })

async function owners(idType: string, value: string, storeId = store()): Promise<string[]> {
  return (await api('POST', `${profiles(storeId)}/Lookup`, { idType, value })).body.profiles
}

/** Waits until somebody owns a value; resolves with the id. */
async function ownerOf(idType: string, value: string, storeId = store()): Promise<string> {
  const [id = ''] = await eventually(
    () => owners(idType, value, storeId),
    (found) => found.length > 0,
  )
  return id
}

const traitsOf = async (id: string, storeId = store()) =>
  (await api('GET', `${profiles(storeId)}/${id}`)).body.traits.Contact

async function idsIn(storeId: string): Promise<string[]> {
  return (await api('GET', `${profiles(storeId)}?pageSize=1000`)).body.profiles
}

describe('what is accepted', () => {
  it('creates who is new and updates who is known', async () => {
    const known = (await api('POST', profiles(), contact({ email: 'known@example.com', city: 'Ulm' }))).body.id
    const { status, body } = await bulk([
      contact({ email: 'Known@example.com', firstName: 'Ann' }),
      contact({ email: 'new@example.com', firstName: 'Bob' }),
    ])
    expect(status).toBe(202)
    expect(Object.keys(body)).toEqual(['message'])
    const fresh = await ownerOf('email', 'new@example.com')
    expect(await traitsOf(fresh)).toEqual({ email: 'new@example.com', firstName: 'Bob' })
    expect(await traitsOf(known)).toEqual({ email: 'Known@example.com', city: 'Ulm', firstName: 'Ann' })
  })

  it('joins entries that share an identifier, over other entries too; later values win', async () => {
    await bulk([
      contact({ email: 'chain@example.com', city: 'first' }),
      contact({ phone: '3175550130', city: 'second', firstName: 'P' }),
      contact({ chat: 'chain', city: 'third' }),
      contact({ email: 'chain@example.com', phone: '+1 (317) 555-0130' }),
      contact({ phone: '1-317-555-0130', chat: 'chain', lastName: 'L' }),
      contact({ chat: 'chain-end' }),
    ])
    await ownerOf('chat', 'chain-end')
    const id = await ownerOf('email', 'chain@example.com')
    expect(await owners('phone', '+13175550130')).toEqual([id])
    expect(await owners('chat', 'chain')).toEqual([id])
    expect(await traitsOf(id)).toMatchObject({ city: 'third', firstName: 'P', lastName: 'L' })
  })

  it('changes nothing when it comes again', async () => {
    const fresh = await createStore(api)
    const entries = Array.from({ length: 300 }, (_, index) =>
      contact({ chat: `again-${index % 150}`, city: `${index}` }),
    )
    await bulk([...entries, contact({ chat: 'end-1' })], fresh)
    await ownerOf('chat', 'end-1', fresh)
    const before = await idsIn(fresh)
    await bulk([...entries, contact({ chat: 'end-2' })], fresh)
    await ownerOf('chat', 'end-2', fresh)
    const after = await idsIn(fresh)
    expect(before).toHaveLength(151)
    expect(after).toEqual(expect.arrayContaining(before))
    expect(after).toHaveLength(152)
    const id = await ownerOf('chat', 'again-7', fresh)
    expect(await traitsOf(id, fresh)).toEqual({ chat: 'again-7', city: '157' })
  })

  it('applies batches in the order in which they were accepted', async () => {
    for (let index = 0; index < 5; index += 1) await bulk([contact({ chat: 'ordered', city: `${index}` })])
    await bulk([contact({ chat: 'ordered-end' })])
    await ownerOf('chat', 'ordered-end')
    expect(await traitsOf(await ownerOf('chat', 'ordered'))).toEqual({ chat: 'ordered', city: '4' })
  })

  it('takes 1000 entries, of more bytes than other requests may have', async () => {
    const fresh = await createStore(api)
    const street = 'x'.repeat(2000)
    const entries = Array.from({ length: 1000 }, (_, index) => contact({ chat: `many-${index}`, street }))
    expect((await bulk(entries, fresh)).status).toBe(202)
    await ownerOf('chat', 'many-999', fresh)
    expect(await idsIn(fresh)).toHaveLength(1000)
  })

  it('holds the limit of an identifier type: the oldest value goes and is free again', async () => {
    const fresh = await createStore(api)
    const phone = (index: number) => `+1317555${String(index).padStart(4, '0')}`
    const entries = Array.from({ length: 101 }, (_, index) => contact({ chat: 'limit', phone: phone(index) }))
    await bulk([...entries, contact({ chat: 'limit-end' })], fresh)
    await ownerOf('chat', 'limit-end', fresh)
    const id = await ownerOf('chat', 'limit', fresh)
    expect(await owners('phone', phone(0), fresh)).toEqual([])
    for (const index of [1, 50, 100]) expect(await owners('phone', phone(index), fresh)).toEqual([id])
    const other = await api('POST', profiles(fresh), contact({ phone: phone(0) }))
    expect(other.body.id).not.toBe(id)
  })
})

describe('what is refused', () => {
  const good = contact({ email: 'never@example.com' })

  it.each<[string, unknown[], RegExp]>([
    ['an undeclared trait', [good, contact({ email: 'x@example.com', nope: 1 })], /Contact\.nope.*profiles\[1\]/],
    ['an undeclared group', [good, good, { traits: { Nope: { x: 1 } } }], /Nope\.x.*profiles\[2\]/],
    ['a wrong type', [good, contact({ email: 'x@example.com', city: 1 })], /profiles\[1\]\.traits\.Contact\.city/],
    ['nobody', [good, contact({ firstName: 'Ann' })], /profiles\[1\]/],
    ['nothing', [good, {}], /profiles\[1\]/],
    ['an unknown property', [good, { ...good, id: 'x' }], /profiles\[1\]\.id/],
    ['null', [good, null], /profiles\[1\]/],
    ['an array', [good, []], /profiles\[1\]/],
  ])('names the entry that has %s, and applies none', async (_, entries, message) => {
    expectRefusal(await bulk(entries), 400, undefined, message)
    await bulk([contact({ chat: 'refused-end' })])
    await ownerOf('chat', 'refused-end')
    expect(await owners('email', 'never@example.com')).toEqual([])
  })

  it('names the entry whose identifier is too long', async () => {
    expectRefusal(
      await bulk([good, contact({ chat: 'x'.repeat(256) })]),
      400,
      undefined,
      /profiles\[1\]\.traits\.Contact\.chat/,
    )
  })

  it('clamps nothing: no entry and 1001 are refused', async () => {
    expectRefusal(await bulk([]), 400, 520046, 'profiles')
    expectRefusal(await bulk(new Array(1001).fill(good)), 400, 520046, 'profiles')
    expectRefusal(await bulk(null), 400, 520046, 'profiles')
    expectRefusal(await bulk({ 0: good }), 400, 520046, 'profiles')
    expectRefusal(await api('PUT', `${profiles()}/Bulk`, {}), 400, 520046, 'profiles')
    expectRefusal(await bulk([good], UNKNOWN.store), 404, 520041)
    expect(await owners('email', 'never@example.com')).toEqual([])
  })
})
