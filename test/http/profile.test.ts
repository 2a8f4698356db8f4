import { beforeAll, describe, expect, it } from 'vitest'
import { createStore } from '../support/api.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()

const profiles = () => `/v1/Stores/${store()}/Profiles`
const create = (traits: unknown) => api('POST', profiles(), { traits })
const fetch = async (id: string, query = '') => (await api('GET', `${profiles()}/${id}${query}`)).body

async function count(): Promise<number> {
  return (await api('GET', `${profiles()}?pageSize=1000`)).body.profiles.length
}

beforeAll(async () => {
  const traits = {
    number: { dataType: 'NUMBER' },
    flag: { dataType: 'BOOLEAN' },
    list: { dataType: 'ARRAY' },
    text: { dataType: 'STRING' },
    short: { dataType: 'STRING', validationRule: { ruleType: 'STRING', maxLength: 3 } },
    constructor: { dataType: 'STRING' },
    member: { dataType: 'NUMBER', idTypePromotion: 'chat' },
    consent: { dataType: 'BOOLEAN', idTypePromotion: 'chat' },
  }
  await api('POST', `/v1/ControlPlane/Stores/${store()}/TraitGroups`, { displayName: 'Types', traits })
})

describe('CreateProfile', () => {
  it('answers with an id that works at once everywhere', async () => {
    const { status, body } = await create({ Contact: { email: 'new@example.com', firstName: 'Ann' } })
    expect(status).toBe(202)
    expect(body).toEqual({ id: expect.stringMatching(/^mem_profile_[0-7][0-9a-z]{25}$/), message: expect.any(String) })
    expect(await fetch(body.id)).toEqual({
      id: body.id,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      traits: { Contact: { email: 'new@example.com', firstName: 'Ann' } },
    })
    const lookup = await api('POST', `${profiles()}/Lookup`, { idType: 'email', value: 'new@example.com' })
    expect(lookup.body.profiles).toEqual([body.id])
    expect((await api('GET', profiles())).body.profiles[0]).toBe(body.id)
    expect((await api('GET', `${profiles()}/${body.id}/Traits`)).body.traits).toHaveLength(2)
  })

  it.each([
    ['phone', ['(317) 555-1234', '1-317-555-1234', '3175551234', '+1 317 555 1234', ' 317.555.1234 ']],
    ['phone', ['+44 20 7946 0958', '442079460958', '+44 (0)20 7946 0958']],
    ['email', ['ann@example.com', ' Ann@Example.COM ', 'ANN @ EXAMPLE.com']],
    ['whatsapp', ['whatsapp:+13175550100', ' whatsapp:+13175550100\t']],
    ['chat', ['Ann B', '  Ann B ']],
  ])('knows the same %s in any notation', async (name, notations) => {
    const ids = new Set<string>()
    for (const value of notations) ids.add((await create({ Contact: { [name]: value } })).body.id)
    expect(ids.size).toBe(1)
  })

  it('keeps the case of chat names apart', async () => {
    const [lower, upper] = [await create({ Contact: { chat: 'casey' } }), await create({ Contact: { chat: 'Casey' } })]
    expect(lower.body.id).not.toBe(upper.body.id)
  })

  it('updates who is known: later values win, the others stay', async () => {
    const first = await create({ Contact: { email: 'known@example.com', firstName: 'Ann', city: 'Ulm' } })
    const second = await create({ Contact: { email: 'known@example.com', firstName: 'Anna' } })
    expect(second.body.id).toBe(first.body.id)
    expect((await fetch(first.body.id)).traits.Contact).toEqual({
      email: 'known@example.com',
      firstName: 'Anna',
      city: 'Ulm',
    })
  })

  it('makes one profile of many requests at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        create({ Contact: { email: 'rush@example.com', chat: `rush-${index % 7}` } }),
      ),
    )
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    const { body } = await api('POST', `${profiles()}/Lookup`, { idType: 'email', value: 'rush@example.com' })
    expect(body.profiles).toEqual([answers[0]?.body.id])
  })

  it('answers each of many different requests at once with its own profile', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        create(index % 4 === 0 ? { Contact: { email: 5 } } : { Contact: { chat: `own-${index}` } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, index) => (index % 4 === 0 ? 400 : 202)))
    const good = answers.flatMap(({ status, body }, index) => (status === 202 ? [[body.id, `own-${index}`]] : []))
    for (const [id, chat] of good) expect((await fetch(id)).traits.Contact.chat).toBe(chat)
  })

  it('needs a value that identifies somebody', async () => {
    const before = await count()
    for (const traits of [
      undefined,
      {},
      { Contact: {} },
      { Contact: { firstName: 'Ann' } },
      { Contact: { email: '', phone: '  ', chat: '\t' } },
      { Contact: { email: null } },
      { Contact: { phone: 'unknown' } },
      { Types: { consent: true } },
    ]) {
      expectRefusal(await create(traits), 400, undefined, /identif/)
    }
    expect(await count()).toBe(before)
    expect((await create({ Types: { member: 0 } })).status).toBe(202)
  })

  it('refuses what is not declared, of another type or against its rule, and applies nothing', async () => {
    const before = await count()
    const chat = 'nothing-applied'
    expectRefusal(
      await create({ Contact: { chat }, Nope: { x: 1 } }),
      400,
      undefined,
      'Trait not registered for this service: Nope.x',
    )
    expectRefusal(
      await create({ Contact: { chat, nope: 1 } }),
      400,
      undefined,
      'Trait not registered for this service: Contact.nope',
    )
    expectRefusal(await create({ Contact: { chat, firstName: 1 } }), 400, undefined, 'traits.Contact.firstName')
    expectRefusal(await create({ Contact: { chat }, Types: { number: '1' } }), 400, undefined, 'traits.Types.number')
    expectRefusal(await create({ Contact: { chat }, Types: { short: 'long' } }), 400, undefined, 'traits.Types.short')
    expectRefusal(await create({ Contact: { chat: 'x'.repeat(256) } }), 400, undefined, 'traits.Contact.chat')
    expect(await count()).toBe(before)
    expect((await api('POST', `${profiles()}/Lookup`, { idType: 'chat', value: chat })).body.profiles).toEqual([])
  })
})

describe('FetchProfile', () => {
  it('gives back 0, false, "", arrays and odd names as they came', async () => {
    const types = { number: 0, flag: false, list: [], text: '', constructor: 'c' }
    const { body } = await create({ Contact: { chat: 'types' }, Types: types })
    expect((await fetch(body.id)).traits.Types).toEqual(types)
    const others = { number: -1.5e-7, flag: true, list: [0, '', false, 'ä😀'], text: 'line\nbreak\t"quoted"\\\u2028' }
    await create({ Contact: { chat: 'types' }, Types: others })
    expect((await fetch(body.id)).traits.Types).toEqual({ ...others, constructor: 'c' })
  })

  it('picks trait groups by name', async () => {
    const { body } = await create({ Contact: { chat: 'groups' }, Types: { number: 1 } })
    expect(Object.keys((await fetch(body.id)).traits)).toEqual(['Contact', 'Types'])
    expect((await fetch(body.id, '?traitGroups=Types')).traits).toEqual({ Types: { number: 1 } })
    expect(Object.keys((await fetch(body.id, '?traitGroups=Types,%20Contact')).traits).sort()).toEqual([
      'Contact',
      'Types',
    ])
    for (const names of ['Nope', 'constructor', '__proto__', 'toString']) {
      expect(await fetch(body.id, `?traitGroups=${names}`)).toMatchObject({ id: body.id, traits: {} })
    }
    for (const names of ['', 'x'.repeat(257)]) {
      expectRefusal(await api('GET', `${profiles()}/${body.id}?traitGroups=${names}`), 400, undefined, 'traitGroups')
    }
  })

  it('finds a profile in its own store only', async () => {
    const { body } = await create({ Contact: { email: 'both@example.com' } })
    const other = await createStore(api)
    expectRefusal(await api('GET', `/v1/Stores/${other}/Profiles/${body.id}`), 404, 20404)
    const twin = await api('POST', `/v1/Stores/${other}/Profiles`, {
      traits: { Contact: { email: 'both@example.com' } },
    })
    expect(twin.body.id).not.toBe(body.id)
  })
})

describe('ListProfileTraits', () => {
  it('lists one item for each trait, newest first, page by page', async () => {
    const { body } = await create({ Contact: { chat: 'traits', city: 'Ulm' } })
    await create({ Contact: { chat: 'traits' }, Types: { number: 0 } })
    const path = `${profiles()}/${body.id}/Traits`
    const all = (await api('GET', path)).body
    expect(all.meta).toEqual({ key: 'traits', pageSize: 50 })
    expect(all.traits.map(({ traitGroup, name }: Record<string, string>) => `${traitGroup}.${name}`).sort()).toEqual([
      'Contact.chat',
      'Contact.city',
      'Types.number',
    ])
    expect(all.traits.at(-1)).toMatchObject({ name: 'city', value: 'Ulm', traitGroup: 'Contact' })
    for (const trait of all.traits) {
      expect(Object.keys(trait).sort()).toEqual(['name', 'timestamp', 'traitGroup', 'value'])
      expect(trait.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    }
    expect((await api('GET', `${path}?orderBy=ASC`)).body.traits).toEqual(all.traits.toReversed())
    expect((await api('GET', `${path}?traitGroups=Types`)).body.traits).toMatchObject([{ name: 'number', value: 0 }])
    const first = (await api('GET', `${path}?pageSize=2`)).body
    const second = (await api('GET', `${path}?pageSize=2&pageToken=${first.meta.nextToken}`)).body
    expect([...first.traits, ...second.traits]).toEqual(all.traits)
    expect((await api('GET', `${path}?pageSize=1000`)).body.meta.pageSize).toBe(100)
    expectRefusal(await api('GET', `${path}?pageSize=1001`), 400)
    expectRefusal(
      await api('GET', `${path}?traitGroups=Contact&pageToken=${first.meta.nextToken}`),
      400,
      undefined,
      'pageToken',
    )
  })
})
