import { beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../support/api.js'
import { sendRaw } from '../support/raw.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

const profiles = () => `/v1/Stores/${store()}/Profiles`
const create = async (contact: object): Promise<string> =>
  (await api('POST', profiles(), { traits: { Contact: contact } })).body.id
const owners = async (idType: string, value: string): Promise<string[]> =>
  (await api('POST', `${profiles()}/Lookup`, { idType, value })).body.profiles

function expectMoved(answer: Answer, status: 301 | 308, path: string, canonicalId: string): void {
  const uri = server().url + path
  expect(answer.status).toBe(status)
  expect(answer.body).toEqual({ message: expect.any(String), uri })
  expect(answer.headers.get('location')).toBe(uri)
  expect(answer.headers.get('canonical-profile-id')).toBe(canonicalId)
  expect(answer.headers.get('twilio-request-id')).toMatch(/^RQ/)
}

describe('two profiles that turn out to be one', () => {
  let earlier: string
  let later: string
  let answered: string

  beforeAll(async () => {
    earlier = await create({ email: 'merge@example.com', city: 'Ulm', firstName: 'Ann' })
    later = await create({ phone: '+13175550110', city: 'Bonn', lastName: 'B' })
    answered = await create({ phone: '(317) 555-0110', email: 'Merge@example.com' })
  })

  it('become the earlier one, which has the newest value of each trait', async () => {
    expect(answered).toBe(earlier)
    expect((await api('GET', `${profiles()}/${earlier}`)).body.traits.Contact).toEqual({
      email: 'Merge@example.com',
      phone: '(317) 555-0110',
      city: 'Bonn',
      firstName: 'Ann',
      lastName: 'B',
    })
    const listed = (await api('GET', `${profiles()}?pageSize=1000`)).body.profiles
    expect(listed).toContain(earlier)
    expect(listed).not.toContain(later)
  })

  it('have one answer to Lookup, never the merged id', async () => {
    expect(await owners('phone', '3175550110')).toEqual([earlier])
    expect(await owners('email', 'merge@example.com')).toEqual([earlier])
  })

  it('answer 301 on reads of the merged id, with sub-resource and query kept', async () => {
    for (const rest of ['', '?traitGroups=Contact', '/Traits', '/Traits?pageSize=5&orderBy=ASC&x=%20y']) {
      const answer = await api('GET', `${profiles()}/${later}${rest}`)
      expectMoved(answer, 301, `${profiles()}/${earlier}${rest}`, earlier)
      expect((await api('GET', answer.body.uri)).status).toBe(200)
    }
  })

  it('answer 308 on writes to the merged id, and apply nothing', async () => {
    const path = `${profiles()}/${later}`
    const patched = await api('PATCH', path, { traits: { Contact: { city: 'Köln' } } })
    expectMoved(patched, 308, `${profiles()}/${earlier}`, earlier)
    expectMoved(await api('DELETE', path), 308, `${profiles()}/${earlier}`, earlier)
    expect((await api('GET', `${profiles()}/${earlier}`)).body.traits.Contact.city).toBe('Bonn')
  })

  it('point to the origin that the client used, however it wrote the id', async () => {
    const path = `${profiles()}/${later.replace('mem_', 'mem%5F')}`
    const { status, headers } = await sendRaw(server(), { path, headers: { host: 'memory.example.com' } })
    expect(status).toBe(301)
    expect(headers.location).toBe(`http://memory.example.com${profiles()}/${earlier}`)
  })
})

describe('chains', () => {
  it('are flat: every former id leads straight to the one that is left', async () => {
    const ids: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) ids.push(await create({ chat: `chain-${name}` }))
    const [a = '', b = '', c = '', d = ''] = ids
    const patch = (id: string, email: string) => api('PATCH', `${profiles()}/${id}`, { traits: { Contact: { email } } })
    await patch(c, 'cd@example.com')
    await patch(d, 'cd@example.com')
    await patch(b, 'bc@example.com')
    await patch(c, 'bc@example.com')
    await patch(a, 'ab@example.com')
    await patch(b, 'ab@example.com')
    for (const id of [b, c, d]) expectMoved(await api('GET', `${profiles()}/${id}`), 301, `${profiles()}/${a}`, a)
    expect(await owners('chat', 'chain-d')).toEqual([a])
    const { body } = await api('POST', profiles(), { traits: { Contact: { chat: 'chain-c' } } })
    expect(body.id).toBe(a)
  })

  it('end when the profile is deleted: all its former ids are 404', async () => {
    const first = await create({ chat: 'end-1' })
    const second = await create({ chat: 'end-2' })
    await api('PATCH', `${profiles()}/${second}`, { traits: { Contact: { chat: 'end-1' } } })
    expect((await api('GET', `${profiles()}/${second}`)).status).toBe(301)
    await api('DELETE', `${profiles()}/${first}`)
    for (const id of [first, second]) expectRefusal(await api('GET', `${profiles()}/${id}`), 404, 20404)
    expect(await owners('chat', 'end-2')).toEqual([])
  })
})

it('merges more than two at once into the earliest', async () => {
  const ids = [
    await create({ whatsapp: 'multi' }),
    await create({ email: 'multi@example.com' }),
    await create({ chat: 'multi' }),
  ]
  expect(await create({ chat: 'multi', email: 'multi@example.com', whatsapp: 'multi' })).toBe(ids[0])
  for (const id of ids.slice(1)) expect((await api('GET', `${profiles()}/${id}`)).status).toBe(301)
})

it('carries traits with the names of object methods over', async () => {
  const traits = { constructor: { dataType: 'STRING' }, toString: { dataType: 'STRING' } }
  await api('POST', `/v1/ControlPlane/Stores/${store()}/TraitGroups`, { displayName: 'valueOf', traits })
  const earlier = await create({ chat: 'proto-1' })
  const odd = { constructor: 'c', toString: 's' }
  await api('POST', profiles(), { traits: { Contact: { chat: 'proto-2' }, valueOf: odd } })
  expect(await create({ chat: 'proto-1', email: 'proto@example.com' })).toBe(earlier)
  expect(await create({ chat: 'proto-2', email: 'proto@example.com' })).toBe(earlier)
  expect((await api('GET', `${profiles()}/${earlier}`)).body.traits.valueOf).toEqual(odd)
})

it('ends with one profile when merges happen at once', async () => {
  const names = ['p', 'q', 'r', 's', 't']
  for (const name of names) await create({ chat: `storm-${name}` })
  const links = names.map((name, index) => [`storm-${name}`, `storm-${names[(index + 1) % names.length]}`])
  const answers = await Promise.all(
    links.flatMap(([chat, next], index) => [
      api('POST', profiles(), { traits: { Contact: { chat, email: `storm-${index}@example.com` } } }),
      api('POST', profiles(), { traits: { Contact: { chat: next, email: `storm-${index}@example.com` } } }),
    ]),
  )
  for (const { status } of answers) expect(status).toBe(202)
  const found = new Set((await Promise.all(names.map((name) => owners('chat', `storm-${name}`)))).flat())
  expect(found.size).toBe(1)
})
