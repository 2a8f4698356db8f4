import { beforeAll, describe, expect, it } from 'vitest'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()

const profiles = () => `/v1/Stores/${store()}/Profiles`
const create = async (contact: object): Promise<string> =>
  (await api('POST', profiles(), { traits: { Contact: contact } })).body.id
const patch = (id: string, traits: unknown) => api('PATCH', `${profiles()}/${id}`, { traits })
const traitsOf = async (id: string) => (await api('GET', `${profiles()}/${id}`)).body.traits
const owners = async (idType: string, value: string): Promise<string[]> =>
  (await api('POST', `${profiles()}/Lookup`, { idType, value })).body.profiles

beforeAll(async () => {
  const traits = { number: { dataType: 'NUMBER' }, flag: { dataType: 'BOOLEAN' }, list: { dataType: 'ARRAY' } }
  await api('POST', `/v1/ControlPlane/Stores/${store()}/TraitGroups`, { displayName: 'Types', traits })
})

describe('PatchProfileTraits', () => {
  it('adds and changes what it names and leaves the rest', async () => {
    const id = await create({ chat: 'patch-1', city: 'Ulm', firstName: 'Ann' })
    const { status, body } = await patch(id, { Contact: { city: 'Bonn', lastName: 'B' }, Types: { number: 0 } })
    expect(status).toBe(202)
    expect(Object.keys(body)).toEqual(['message'])
    expect(await traitsOf(id)).toEqual({
      Contact: { chat: 'patch-1', city: 'Bonn', firstName: 'Ann', lastName: 'B' },
      Types: { number: 0 },
    })
  })

  it('removes with null, and with nothing else', async () => {
    const id = await create({ chat: 'patch-2', city: 'Ulm' })
    await patch(id, { Types: { number: 0, flag: false, list: [] }, Contact: { firstName: '' } })
    expect(await traitsOf(id)).toEqual({
      Contact: { chat: 'patch-2', city: 'Ulm', firstName: '' },
      Types: { number: 0, flag: false, list: [] },
    })
    await patch(id, { Types: { number: null, flag: null, list: null }, Contact: { city: null, lastName: null } })
    expect(await traitsOf(id)).toEqual({ Contact: { chat: 'patch-2', firstName: '' } })
    await patch(id, { Contact: { chat: null, firstName: null } })
    expect((await api('GET', `${profiles()}/${id}`)).body.traits).toEqual({})
  })

  it('applies nothing when one trait is wrong', async () => {
    const id = await create({ chat: 'patch-3', city: 'Ulm' })
    const before = await traitsOf(id)
    expectRefusal(
      await patch(id, { Contact: { city: 'Bonn', nope: 1 } }),
      400,
      undefined,
      /^Trait not registered.*Contact\.nope$/,
    )
    expectRefusal(await patch(id, { Contact: { city: 'Bonn' }, Nope: { x: 1 } }), 400, undefined, /Nope\.x$/)
    expectRefusal(
      await patch(id, { Contact: { city: 'Bonn' }, Types: { number: '1' } }),
      400,
      undefined,
      'traits.Types.number',
    )
    expectRefusal(
      await patch(id, { Contact: { city: 5, email: 'stray@example.com' } }),
      400,
      undefined,
      'traits.Contact.city',
    )
    expectRefusal(await patch(id, []), 400)
    expect(await traitsOf(id)).toEqual(before)
    expect(await owners('email', 'stray@example.com')).toEqual([])
  })

  it('makes identifiers of promoted values; earlier ones go on to identify', async () => {
    const id = await create({ email: 'first@example.com' })
    await patch(id, { Contact: { email: 'Second@Example.com', phone: '(317) 555-0101' } })
    expect(await owners('email', 'first@example.com')).toEqual([id])
    expect(await owners('email', 'second@example.com')).toEqual([id])
    expect(await owners('phone', '+13175550101')).toEqual([id])
    expect(await create({ email: 'first@example.com' })).toBe(id)
  })

  it('never identifies anybody by a blank value', async () => {
    const [one, two] = [await create({ chat: 'blank-1' }), await create({ chat: 'blank-2' })]
    for (const id of [one, two]) expect((await patch(id, { Contact: { email: ' ', phone: '' } })).status).toBe(202)
    expect(await traitsOf(one)).toEqual({ Contact: { chat: 'blank-1', email: ' ', phone: '' } })
    expect((await api('GET', `${profiles()}/${two}`)).status).toBe(200)
  })

  it('merges when it brings an identifier of another profile', async () => {
    const earlier = await create({ email: 'owner@example.com', city: 'Ulm' })
    const later = await create({ chat: 'patch-4', firstName: 'Ann' })
    expect((await patch(later, { Contact: { email: 'OWNER@example.com' } })).status).toBe(202)
    expect(await traitsOf(earlier)).toEqual({
      Contact: { email: 'OWNER@example.com', city: 'Ulm', chat: 'patch-4', firstName: 'Ann' },
    })
    expect((await api('GET', `${profiles()}/${later}`)).status).toBe(301)
    expect(await owners('chat', 'patch-4')).toEqual([earlier])
  })

  it('keeps every one of many changes made at once', async () => {
    const id = await create({ chat: 'patch-5' })
    const names = ['firstName', 'lastName', 'street', 'city', 'state', 'postalCode', 'country', 'preferredLanguage']
    const answers = await Promise.all(names.map((name) => patch(id, { Contact: { [name]: name } })))
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 202))
    expect((await traitsOf(id)).Contact).toEqual({
      chat: 'patch-5',
      ...Object.fromEntries(names.map((name) => [name, name])),
    })
  })

  it('takes no traits for no change, and is 404 where there is nobody', async () => {
    const id = await create({ chat: 'patch-6' })
    for (const body of [{}, { traits: {} }, { traits: { Contact: {} } }]) {
      expect((await api('PATCH', `${profiles()}/${id}`, body)).status).toBe(202)
    }
    expectRefusal(await patch(UNKNOWN.profile, { Contact: { city: 'Ulm' } }), 404, 20404)
  })
})

describe('DeleteProfile', () => {
  it('is permanent: nothing finds the profile, its identifiers are free', async () => {
    const id = await create({ email: 'gone@example.com', chat: 'gone' })
    const { status, body } = await api('DELETE', `${profiles()}/${id}`)
    expect(status).toBe(202)
    expect(Object.keys(body)).toEqual(['message'])
    expectRefusal(await api('GET', `${profiles()}/${id}`), 404, 20404)
    expectRefusal(await api('GET', `${profiles()}/${id}/Traits`), 404, 20404)
    expectRefusal(await patch(id, { Contact: { city: 'Ulm' } }), 404, 20404)
    expectRefusal(await api('DELETE', `${profiles()}/${id}`), 404, 20404)
    expect(await owners('email', 'gone@example.com')).toEqual([])
    expect((await api('GET', `${profiles()}?pageSize=1000`)).body.profiles).not.toContain(id)
    const again = await create({ email: 'gone@example.com' })
    expect(again).not.toBe(id)
    expect(await owners('chat', 'gone')).toEqual([])
    expectRefusal(await api('DELETE', `${profiles()}/${UNKNOWN.profile}`), 404, 20404)
  })

  it('is done once when it is asked for many times at once', async () => {
    const id = await create({ chat: 'gone-once' })
    const answers = await Promise.all(Array.from({ length: 6 }, () => api('DELETE', `${profiles()}/${id}`)))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 404, 404, 404, 404, 404])
  })

  it('never fails beside patches and creates of the same person', async () => {
    const id = await create({ chat: 'race' })
    const calls = Array.from({ length: 12 }, (_, index) => {
      if (index === 5) return api('DELETE', `${profiles()}/${id}`)
      if (index % 2 === 0) return patch(id, { Contact: { city: `city-${index}` } })
      return api('POST', profiles(), { traits: { Contact: { chat: 'race' } } })
    })
    for (const { status } of await Promise.all(calls)) expect([202, 404]).toContain(status)
    expect(await owners('chat', 'race')).toHaveLength((await api('GET', `${profiles()}/${id}`)).status === 404 ? 1 : 0)
  })
})
