import { expect, it } from 'vitest'
import { createProfile, lookup } from '../support/profile.js'
import { expectRefusal } from '../support/refusal.js'
import { useOwnServer } from '../support/use-server.js'

const { api, strangerApi, store } = useOwnServer({ env: { RECOLLECT_MAX_JOINED_PROFILES: '3' } })

const hubs = (query = '') => `/recollect/v1/Stores/${store()}/Hubs${query}`

it('lets a phone that joined three profiles join no more, and names it', async () => {
  const phone = '+13175550150'
  const ids: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    ids.push(await createProfile(api, store(), { Contact: { email: `${name}@example.com` } }))
    await createProfile(api, store(), { Contact: { email: `${name}@example.com`, phone } })
  }
  const [a, b, c, d, e] = ids
  for (const [id, status] of [
    [a, 200],
    [b, 301],
    [c, 301],
    [d, 200],
    [e, 200],
  ]) {
    expect((await api('GET', `/v1/Stores/${store()}/Profiles/${id}`)).status).toBe(status)
  }
  expect(await lookup(api, store(), 'phone', phone)).toEqual([a, d, e])
  expect(await lookup(api, store(), 'email', 'c@example.com')).toEqual([a])
  const { body } = await api('GET', hubs())
  expect(body).toEqual({
    hubs: [{ idType: 'phone', value: phone, profiles: [a, d, e] }],
    meta: { key: 'hubs', pageSize: 50 },
  })
})

it('tells who was merged into a profile, by which rule and request', async () => {
  const first = await createProfile(api, store(), { Contact: { chat: 'ledger-1' } })
  const second = await createProfile(api, store(), { Contact: { chat: 'ledger-2' } })
  const third = await createProfile(api, store(), { Contact: { email: 'ledger@example.com' } })
  await api('PATCH', `/v1/Stores/${store()}/Profiles/${third}`, { traits: { Contact: { chat: 'ledger-2' } } })
  const request = await api('PATCH', `/v1/Stores/${store()}/Profiles/${second}`, {
    traits: { Contact: { chat: 'ledger-1' } },
  })
  const merges = `/recollect/v1/Stores/${store()}/Profiles/${first}/Merges`
  const { body } = await api('GET', `${merges}?orderBy=ASC`)
  expect(body.merges).toMatchObject([
    { profileId: second, survivorId: first, rule: 'chat', requestId: request.headers.get('twilio-request-id') },
    { profileId: third, survivorId: second, rule: 'chat' },
  ])
  const page = (await api('GET', `${merges}?orderBy=ASC&pageSize=1`)).body
  expect(page.merges).toHaveLength(1)
  expect((await api('GET', `${merges}?orderBy=ASC&pageSize=1&pageToken=${page.meta.nextToken}`)).body.merges).toEqual([
    body.merges[1],
  ])
})

it('answers to the account alone', async () => {
  expectRefusal(await strangerApi('GET', hubs()), 404, 520041)
  expectRefusal(await api('GET', hubs('?pageSize=0')), 400, undefined, 'pageSize')
})
