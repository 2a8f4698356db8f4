import { beforeEach, describe, expect, it } from 'vitest'
import { createProfile, lookup } from '../support/profile.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

let people = 0
let id: string
let email: string

const path = (profileId = id, rest = '') => `/v1/Stores/${store()}/Profiles/${profileId}/Identifiers${rest}`
const add = (idType: string, value: unknown, profileId = id) => api('POST', path(profileId), { idType, value })
const valuesOf = async (idType: string, profileId = id) => (await api('GET', path(profileId, `/${idType}`))).body.values

beforeEach(async () => {
  people += 1
  email = `person-${people}@example.com`
  id = await createProfile(api, store(), { Contact: { email } })
})

describe('ListProfileIdentifiers', () => {
  it('lists the values by type, oldest first, historical ones too', async () => {
    await api('PATCH', `/v1/Stores/${store()}/Profiles/${id}`, {
      traits: { Contact: { email: `new-${email}`, chat: email } },
    })
    const { status, body } = await api('GET', path())
    expect([status, body]).toEqual([
      200,
      {
        identifiers: [
          { idType: 'email', values: [email, `new-${email}`] },
          { idType: 'chat', values: [email] },
        ],
      },
    ])
  })
})

describe('CreateProfileIdentifier', () => {
  it('adds a value in its normal form; adding it again is harmless', async () => {
    for (const value of [`Second-${email}`, ` second-${email.toUpperCase()}`]) {
      const { status, body } = await add('email', value)
      expect([status, Object.keys(body)]).toEqual([202, ['message']])
    }
    expect((await add('email', email)).status).toBe(202)
    expect(await valuesOf('email')).toEqual([email, `second-${email}`])
    expect(await lookup(api, store(), 'email', `second-${email}`)).toEqual([id])
  })

  it('merges with the profile that owns the value', async () => {
    const later = await createProfile(api, store(), { Contact: { chat: `chat-${people}`, city: 'Ulm' } })
    expect((await add('chat', `chat-${people}`)).status).toBe(202)
    expect((await api('GET', path(later))).status).toBe(301)
    expect(await valuesOf('chat')).toEqual([`chat-${people}`])
    expect((await api('GET', `/v1/Stores/${store()}/Profiles/${id}`)).body.traits.Contact).toEqual({
      email,
      chat: `chat-${people}`,
      city: 'Ulm',
    })
  })

  it('refuses unknown types, blank values and those that are too long', async () => {
    expectRefusal(await add('loyalty', 'x'), 400, undefined, 'idType')
    expectRefusal(await add('email', '  '), 400, undefined, 'value')
    expectRefusal(await add('phone', 'none'), 400, undefined, 'value')
    expectRefusal(await add('chat', 'x'.repeat(256)), 400, 520046, 'value')
    expectRefusal(await add('chat', 5), 400, 520046, 'value')
    expectRefusal(await add('chat', 'x', UNKNOWN.profile), 404, 20404)
    expect((await api('GET', path())).body.identifiers).toHaveLength(1)
  })
})

describe('FetchProfileIdentifier', () => {
  it('has one type; without a value it is 404, of an unknown type 400', async () => {
    expect((await api('GET', path(id, '/email'))).body).toEqual({ idType: 'email', values: [email] })
    expectRefusal(await api('GET', path(id, '/phone')), 404, 20404)
    expectRefusal(await api('GET', path(id, '/loyalty')), 400, undefined, 'idType')
    expectRefusal(await api('GET', path(id, '/x')), 400, undefined, 'idType')
    expectRefusal(await api('GET', path(UNKNOWN.profile, '/email')), 404, 20404)
  })
})

describe('PatchProfileIdentifier', () => {
  const patch = (oldValue: unknown, newValue: unknown, idType = 'email') =>
    api('PATCH', path(id, '/email'), { idType, oldValue, newValue })

  it('replaces a value in its place; the old one is free', async () => {
    await add('email', `second-${email}`)
    expect((await patch(email.toUpperCase(), `Third-${email}`)).status).toBe(202)
    expect(await valuesOf('email')).toEqual([`third-${email}`, `second-${email}`])
    expect(await lookup(api, store(), 'email', email)).toEqual([])
  })

  it('merges with the profile that owns the new value', async () => {
    const later = await createProfile(api, store(), { Contact: { email: `later-${email}`, city: 'Ulm' } })
    expect((await patch(email, `later-${email}`)).status).toBe(202)
    expect((await api('GET', path(later))).status).toBe(301)
    expect(await valuesOf('email')).toEqual([`later-${email}`])
    expect(await lookup(api, store(), 'email', email)).toEqual([])
  })

  it('is 404 for a value that is not there, and applies nothing when it is refused', async () => {
    expectRefusal(await patch(`nobody-${email}`, `new-${email}`), 404, 20404)
    expectRefusal(await patch(email, ' '), 400, undefined, 'newValue')
    expectRefusal(await patch(email, `new-${email}`, 'chat'), 400, undefined, 'idType')
    expectRefusal(await patch(email, undefined), 400, 520046, 'newValue')
    expect(await valuesOf('email')).toEqual([email])
    expect(await lookup(api, store(), 'email', `new-${email}`)).toEqual([])
  })
})

describe('DeleteProfileIdentifier', () => {
  const remove = (rest: string) => api('DELETE', path(id, rest))

  it('takes one value by policy, or all; they are free at once', async () => {
    for (const name of ['b', 'c']) await add('email', `${name}-${email}`)
    const { status, body } = await remove('/email')
    expect([status, Object.keys(body)]).toEqual([202, ['message']])
    expect(await valuesOf('email')).toEqual([`b-${email}`, `c-${email}`])
    expect(await lookup(api, store(), 'email', email)).toEqual([])
    expect((await remove('/email?removeAll=true')).status).toBe(202)
    expectRefusal(await api('GET', path(id, '/email')), 404, 20404)
    expect((await api('GET', path())).body).toEqual({ identifiers: [] })
    expect((await api('GET', `/v1/Stores/${store()}/Profiles/${id}`)).status).toBe(200)
    expect(await createProfile(api, store(), { Contact: { email: `b-${email}` } })).not.toBe(id)
  })

  it('is refused where there is nothing to take', async () => {
    expectRefusal(await remove('/phone'), 404, 20404)
    expectRefusal(await remove('/loyalty'), 400, undefined, 'idType')
    expectRefusal(await remove('/email?removeAll=yes'), 400, undefined, 'removeAll')
    expect(await valuesOf('email')).toEqual([email])
  })
})

it('leads from a merged profile to the one that is left', async () => {
  const later = await createProfile(api, store(), { Contact: { chat: `moved-${people}` } })
  await add('chat', `moved-${people}`)
  const body = { idType: 'chat', value: 'x' }
  for (const [method, rest, sent, status] of [
    ['GET', '', undefined, 301],
    ['GET', '/chat?x=1', undefined, 301],
    ['POST', '', body, 308],
    ['PATCH', '/chat', { idType: 'chat', oldValue: `moved-${people}`, newValue: 'x' }, 308],
    ['DELETE', '/chat?removeAll=true', undefined, 308],
  ] as const) {
    const answer = await api(method, path(later, rest), sent)
    expect([answer.status, answer.headers.get('location')]).toEqual([status, server().url + path(id, rest)])
    expect(answer.headers.get('canonical-profile-id')).toBe(id)
  }
  expect(await valuesOf('chat')).toEqual([`moved-${people}`])
})
