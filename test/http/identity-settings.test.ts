import { beforeEach, describe, expect, it } from 'vitest'
import { createStore, eventually } from '../support/api.js'
import { createProfile, lookup } from '../support/profile.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api } = useServer()

let store: string
const path = () => `/v1/ControlPlane/Stores/${store}/IdentityResolutionSettings`
const DEFAULTS = { matchingAlgo: 'exact', matchingThreshold: 75, limit: 100, limitPolicy: 'fifo', enforceUnique: true }
const TYPES = ['email', 'phone', 'whatsapp', 'chat']
const NORMALIZATIONS: Record<string, string> = { email: 'email', phone: 'phone', whatsapp: 'trim', chat: 'trim' }
const config = (idType: string, changes: object = {}) => ({
  idType,
  ...DEFAULTS,
  normalization: NORMALIZATIONS[idType] ?? 'trim',
  ...changes,
})

/** The default settings with changes by type, further types last and as rules too. */
function settings(changes: Record<string, object> = {}) {
  const types = [...TYPES, ...Object.keys(changes).filter((idType) => !TYPES.includes(idType))]
  return { identifierConfigs: types.map((idType) => config(idType, changes[idType])), matchingRules: types }
}

const put = (body: unknown, headers?: Record<string, string>) => api('PUT', path(), body, headers)
const versionNow = async () => (await api('GET', path())).body.version

beforeEach(async () => {
  store = await createStore(api)
})

it('are the defaults in a new store', async () => {
  const { body, headers } = await api('GET', path())
  expect(body).toEqual({ ...settings(), version: 1 })
  const tag = JSON.parse(Buffer.from(headers.get('etag')?.slice(1, -1) ?? '', 'base64url').toString())
  expect(tag).toEqual({ id: store, v: 1 })
})

it('are replaced whole, with defaults where something is left out', async () => {
  const { status, headers, body } = await put({
    identifierConfigs: [...TYPES, 'loyalty'].map((idType) => ({ idType })),
    matchingRules: ['loyalty'],
  })
  expect([status, headers.get('location')]).toEqual([202, body.statusUrl])
  expect((await api('GET', path())).body).toEqual({
    identifierConfigs: [...TYPES, 'loyalty'].map((idType) => config(idType, { normalization: 'trim' })),
    matchingRules: ['loyalty'],
    version: 2,
  })
})

it('have a version that grows with real changes only, and a write may name the one it saw', async () => {
  const { headers } = await api('GET', path())
  const seen = { 'if-match': headers.get('etag') ?? '' }
  expect((await put(settings(), seen)).status).toBe(202)
  expect(await versionNow()).toBe(1)
  expect((await put(settings({ loyalty: {} }), seen)).status).toBe(202)
  expect(await versionNow()).toBe(2)
  expectRefusal(await put(settings({ other: {} }), seen), 412, 520043)
  expectRefusal(await put(settings({ loyalty: {} }), seen), 412, 520043)
  expect(await versionNow()).toBe(2)
})

it('are refused when they contradict themselves or are out of bounds', async () => {
  const { identifierConfigs, matchingRules } = settings()
  for (const [change, field] of [
    [{ identifierConfigs: identifierConfigs.slice(1) }, 'identifierConfigs'],
    [{ identifierConfigs: [] }, 'identifierConfigs'],
    [{ identifierConfigs: [...identifierConfigs, config('email')] }, 'identifierConfigs'],
    [
      { identifierConfigs: [...identifierConfigs, ...Array.from({ length: 12 }, (_, i) => config(`t${i}x`))] },
      'identifierConfigs',
    ],
    [{ identifierConfigs: undefined }, 'identifierConfigs'],
    [{ matchingRules: [] }, 'matchingRules'],
    [{ matchingRules: undefined }, 'matchingRules'],
    [{ matchingRules: [...matchingRules, 'email'] }, 'matchingRules'],
    [{ matchingRules: ['loyalty'] }, 'matchingRules'],
  ] as const) {
    expectRefusal(await put({ identifierConfigs, matchingRules, ...change }), 400, undefined, field)
  }
  for (const wrong of [
    { limit: 0 },
    { limit: 101 },
    { limit: 1.5 },
    { limit: '5' },
    { limitPolicy: 'lru' },
    { matchingAlgo: 'soundex' },
    { matchingThreshold: 49 },
    { matchingThreshold: 100 },
    { enforceUnique: 'true' },
    { normalization: 'lower' },
    { unknown: 1 },
  ]) {
    expectRefusal(
      await put(settings({ chat: wrong })),
      400,
      520046,
      `identifierConfigs\\[3\\].${Object.keys(wrong)[0]}`,
    )
  }
  expect(await versionNow()).toBe(1)
})

it('keep a type that a trait is promoted to', async () => {
  await put(settings({ loyalty: {} }))
  const traits = { card: { dataType: 'STRING', idTypePromotion: 'loyalty' } }
  await api('POST', `/v1/ControlPlane/Stores/${store}/TraitGroups`, { displayName: 'Shop', traits })
  expectRefusal(await put(settings()), 400, undefined, /loyalty.*Shop\.card/)
  const id = await createProfile(api, store, { Shop: { card: ' 7 ' } })
  expect(await lookup(api, store, 'loyalty', '7')).toEqual([id])
})

describe('really apply', () => {
  const contact = (traits: object) => createProfile(api, store, { Contact: { ...traits } })

  it.each([
    ['fifo', ['c', 'd'], ['a', 'b']],
    ['lifo', ['a', 'b'], ['c', 'd']],
  ])('limit and %s: the others are free again', async (limitPolicy, kept, dropped) => {
    await put(settings({ chat: { limit: 2, limitPolicy } }))
    let id = ''
    for (const chat of ['a', 'b', 'c', 'd']) id = await contact({ email: 'limit@example.com', chat })
    for (const chat of kept) expect(await lookup(api, store, 'chat', chat)).toEqual([id])
    for (const chat of dropped) expect(await lookup(api, store, 'chat', chat)).toEqual([])
    expect((await api('GET', `/v1/Stores/${store}/Profiles/${id}/Identifiers/chat`)).body.values).toEqual(kept)
  })

  it('enforceUnique: several may share a value, alone it never merges, two together do', async () => {
    await put(settings({ chat: { enforceUnique: false }, whatsapp: { enforceUnique: false } }))
    const one = await contact({ email: 'one@example.com', chat: 'desk' })
    const two = await contact({ email: 'two@example.com', chat: 'desk' })
    expect(two).not.toBe(one)
    expect(await lookup(api, store, 'chat', 'desk')).toEqual([one, two])
    expect(await contact({ email: 'two@example.com', whatsapp: 'lobby' })).toBe(two)
    expect(await contact({ chat: 'desk', whatsapp: 'lobby' })).toBe(two)
    expect(await contact({ email: 'one@example.com', whatsapp: 'lobby' })).toBe(one)
    expect(await lookup(api, store, 'chat', 'desk')).toEqual([one])
    expect((await api('GET', `/v1/Stores/${store}/Profiles/${two}`)).status).toBe(301)
  })

  it('matchingRules: a type that is no rule finds nobody but can be looked up', async () => {
    await put({ ...settings(), matchingRules: ['email'] })
    const [one, two] = [await contact({ chat: 'same' }), await contact({ chat: 'same' })]
    expect(two).not.toBe(one)
    expect(await lookup(api, store, 'chat', 'same')).toEqual([one, two])
  })

  it('normalization: stored values are brought into the new form, and those that become equal merge', async () => {
    const [upper, lower] = [await contact({ chat: 'Sam' }), await contact({ chat: 'sam', city: 'Ulm' })]
    await put(settings({ chat: { normalization: 'email' } }))
    await eventually(
      () => lookup(api, store, 'chat', 'SAM'),
      (found) => found.length === 1 && found[0] === upper,
    )
    expect((await api('GET', `/v1/Stores/${store}/Profiles/${lower}`)).status).toBe(301)
    expect((await api('GET', `/v1/Stores/${store}/Profiles/${upper}/Identifiers/chat`)).body.values).toEqual(['sam'])
  })

  it('enforceUnique again: those who shared a value merge', async () => {
    await put(settings({ chat: { enforceUnique: false } }))
    const [one, two, three] = [await contact({ chat: 'x' }), await contact({ chat: 'x' }), await contact({ chat: 'x' })]
    expect(await lookup(api, store, 'chat', 'x')).toEqual([one, two, three])
    await put(settings())
    await eventually(
      () => lookup(api, store, 'chat', 'x'),
      (found) => found.length === 1,
    )
    expect(await lookup(api, store, 'chat', 'x')).toEqual([one])
    expect((await api('GET', `/v1/Stores/${store}/Profiles?pageSize=10`)).body.profiles).toEqual([one])
  })

  it('fuzzy: Lookup finds similar values, most similar first; nobody is merged by it', async () => {
    await put(settings({ chat: { matchingAlgo: 'fuzzy', matchingThreshold: 70 } }))
    const close = await contact({ chat: 'catherine' })
    const closer = await contact({ chat: 'katherine' })
    await contact({ chat: 'bob' })
    expect(closer).not.toBe(close)
    expect(await lookup(api, store, 'chat', 'katherine')).toEqual([closer, close])
    expect(await lookup(api, store, 'chat', 'katharine')).toEqual([closer, close])
    expect(await lookup(api, store, 'chat', 'zzz')).toEqual([])
  })
})
