import { gunzipSync } from 'node:zlib'
import { beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/api.js'
import { sendRaw } from '../support/raw.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

const path = () => `/v1/Stores/${store()}/Profiles?pageSize=1000`

beforeAll(async () => {
  const profiles = Array.from({ length: 200 }, (_, index) => ({ traits: { Contact: { chat: `user-${index}` } } }))
  await api('PUT', `/v1/Stores/${store()}/Profiles/Bulk`, { profiles })
  await eventually(
    () => api('GET', path()),
    ({ body }) => body.profiles.length === 200,
  )
})

it('compresses a large answer when gzip is accepted', async () => {
  const plain = await sendRaw(server(), { path: path() })
  for (const accepted of ['gzip', 'gzip, deflate, br', 'br;q=0.9, gzip;q=0.8', 'deflate, gzip']) {
    const { status, headers, body } = await sendRaw(server(), {
      path: path(),
      headers: { 'accept-encoding': accepted },
    })
    expect([status, headers['content-encoding']], accepted).toEqual([200, 'gzip'])
    expect(body.length).toBeLessThan(plain.body.length)
    expect(gunzipSync(body)).toEqual(plain.body)
    expect(String(headers.vary).toLowerCase()).toContain('accept-encoding')
  }
})

it('compresses nothing when it is not accepted', async () => {
  for (const accepted of [false as const, '', 'identity', 'br', 'gzip;q=0', 'deflate, gzip;q=0', 'nonsense']) {
    const { status, headers, body } = await sendRaw(server(), {
      path: path(),
      headers: { 'accept-encoding': accepted },
    })
    expect([status, headers['content-encoding']], String(accepted)).toEqual([200, undefined])
    expect(JSON.parse(body.toString())).toMatchObject({ meta: { key: 'profiles' } })
  }
})

it('leaves small answers alone', async () => {
  const answer = await sendRaw(server(), { path: '/v1/ControlPlane/Stores', headers: { 'accept-encoding': 'gzip' } })
  expect(answer.headers['content-encoding']).toBeUndefined()
})
