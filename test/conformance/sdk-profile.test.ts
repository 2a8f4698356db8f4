import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createStore, eventually } from '../support/api.js'
import { createSdkClient, type Memory, present, refusalOf } from '../support/sdk.js'
import { startServer, type TestServer } from '../support/server.js'

let server: TestServer
let memory: Memory
let store: string

beforeAll(async () => {
  server = await startServer()
  memory = createSdkClient(server).memory.v1
  store = await createStore(createApi(server))
})
afterAll(() => server.stop())

async function createProfile(contact: Record<string, unknown>): Promise<string> {
  return present((await memory.profiles(store).create({ traits: { Contact: contact } })).id)
}

/** Two profiles that turned out to be one person. */
async function createMergedPair(name: string): Promise<{ canonical: string; merged: string }> {
  const email = `${name}@example.com`
  const chat = `${name}-chat`
  const canonical = await createProfile({ email, firstName: 'Ada' })
  const merged = await createProfile({ chat })
  expect(await createProfile({ email, chat })).toBe(canonical)
  return { canonical, merged }
}

describe('profiles', () => {
  it('are created, found again by any notation, and fetched', async () => {
    const created = await memory.profiles(store).create({
      traits: { Contact: { email: 'Ada.Byron@Example.com ', phone: '(317) 555-0142', firstName: 'Ada' } },
    })
    expect(created.message).toBe('Profile resolved and accepted for processing.')
    expect(await createProfile({ phone: '1-317-555-0142' })).toBe(created.id)
    expect(await createProfile({ email: 'ada.byron@example.com' })).toBe(created.id)
    const fetched = await memory.profiles(store, present(created.id)).fetch()
    expect(fetched.id).toBe(created.id)
    expect(fetched.createdAt).toBeInstanceOf(Date)
    expect(fetched.traits?.Contact?.firstName).toBe('Ada')
  })

  it('keep the JSON types of their traits', async () => {
    await memory.traitGroups(store).create({
      displayName: 'Shop',
      traits: {
        visits: { dataType: 'NUMBER' },
        member: { dataType: 'BOOLEAN' },
        note: { dataType: 'STRING' },
        sizes: { dataType: 'ARRAY' },
      },
    })
    const Shop = { visits: 0, member: false, note: '', sizes: ['M', 40, true] }
    const { id } = await memory.profiles(store).create({ traits: { Contact: { chat: 'types' }, Shop } })
    expect((await memory.profiles(store, present(id)).fetch({ traitGroups: 'Shop' })).traits).toEqual({ Shop })
  })

  it('are patched: new values are merged in, null removes', async () => {
    const id = await createProfile({ chat: 'patched', firstName: 'Ada', city: 'London' })
    const { message } = await memory
      .profiles(store, id)
      .patch({ traits: { Contact: { firstName: null, lastName: 'Byron' } } })
    expect(message).toBe('Trait modifications accepted for processing.')
    const { traits } = await memory.profiles(store, id).fetch()
    expect(traits?.Contact).toEqual({ chat: 'patched', city: 'London', lastName: 'Byron' })
  })

  it('are removed for good, and their identifiers are free again', async () => {
    const id = await createProfile({ chat: 'removed' })
    const { message } = await memory.profiles(store, id).remove()
    expect(message).toBe('Profile accepted for deletion.')
    expect(await refusalOf(memory.profiles(store, id).fetch())).toMatchObject({ status: 404, code: 20404 })
    expect(await createProfile({ chat: 'removed' })).not.toBe(id)
  })

  it('are looked up', async () => {
    const id = await createProfile({ phone: '+13175550143' })
    const found = await memory.lookup(store).create({ idType: 'phone', value: '317-555-0143' })
    expect(found.toJSON()).toEqual({ normalizedValue: '+13175550143', profiles: [id] })
    const nobody = await memory.lookup(store).create({ idType: 'phone', value: '317-555-0144' })
    expect(nobody.profiles).toEqual([])
  })

  it('are written in bulk, in order', async () => {
    const profiles = Array.from({ length: 20 }, (_, index) => ({
      traits: { Contact: { chat: `bulk-${index % 10}`, firstName: `Name ${index}` } },
    }))
    const { message } = await memory.bulk(store).update({ profiles })
    expect(message).toBe('Profile batch accepted for processing.')
    const lookUp = async () => (await memory.lookup(store).create({ idType: 'chat', value: 'bulk-9' })).profiles ?? []
    const [id = ''] = await eventually(lookUp, (found) => found.length === 1)
    expect((await memory.profiles(store, id).fetch()).traits?.Contact?.firstName).toBe('Name 19')
  })

  it('show status and headers to the calls with HTTP information', async () => {
    const { statusCode, headers, body } = await memory
      .profiles(store)
      .createWithHttpInfo({ traits: { Contact: { chat: 'info' } } })
    expect(statusCode).toBe(202)
    expect(headers).toHaveProperty('twilio-request-id')
    expect(body.id).toMatch(/^mem_profile_/)
  })
})

/** The SDK follows no redirects: it shows 301 as a result without an id, and 308 as a refusal except on removal. */
describe('merged profiles', () => {
  it('are fetched as a notice with the canonical address', async () => {
    const { canonical, merged } = await createMergedPair('fetched')
    const notice = await memory.profiles(store, merged).fetch()
    expect(notice.id).toBeUndefined()
    expect(notice.message).toBe('This resource has moved.')
    const { statusCode, headers } = await memory.profiles(store, merged).fetchWithHttpInfo({ traitGroups: 'Contact' })
    expect(statusCode).toBe(301)
    expect(headers).toMatchObject({
      'canonical-profile-id': canonical,
      location: `${server.url}/v1/Stores/${store}/Profiles/${canonical}?traitGroups=Contact`,
    })
  })

  it('refuse patches and pages of traits with the status of the redirect', async () => {
    const { merged } = await createMergedPair('refused')
    const patch = memory.profiles(store, merged).patch({ traits: { Contact: { city: 'London' } } })
    expect(await refusalOf(patch)).toMatchObject({ status: 308, message: 'This resource has moved.' })
    const page = memory.traits(store, merged).page()
    expect(await refusalOf(page)).toMatchObject({ status: 301, message: 'This resource has moved.' })
  })

  it('are not removed under the old id', async () => {
    const { canonical, merged } = await createMergedPair('kept')
    expect((await memory.profiles(store, merged).remove()).message).toBe('This resource has moved.')
    expect((await memory.profiles(store, canonical).fetch()).id).toBe(canonical)
  })

  it('are never found', async () => {
    const { canonical, merged } = await createMergedPair('hidden')
    const found = await memory.lookup(store).create({ idType: 'chat', value: 'hidden-chat' })
    expect(found.profiles).toEqual([canonical])
    const listed: unknown[] = []
    await memory.profiles(store).each((id) => listed.push(id))
    expect(listed).not.toContain(merged)
  })
})

describe('identifiers', () => {
  it('are listed, added, replaced and removed', async () => {
    const id = await createProfile({ email: 'first@example.com' })
    const identifiers = memory.identifiers(store, id)
    await identifiers.create({ idType: 'email', value: ' Second@Example.com' })
    const email = memory.identifiers(store, id, 'email')
    expect((await email.fetch()).values).toEqual(['first@example.com', 'second@example.com'])
    await email.patch({ idType: 'email', oldValue: 'second@example.com', newValue: 'third@example.com' })
    const listed = await identifiers.list()
    expect(listed.map(({ idType, values }) => ({ idType, values }))).toEqual([
      { idType: 'email', values: ['first@example.com', 'third@example.com'] },
    ])
    await email.remove({ removeAll: true })
    expect(await identifiers.list()).toEqual([])
  })
})
