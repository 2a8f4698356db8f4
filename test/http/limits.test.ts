import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { basic, createApi, eventually } from '../support/api.js'
import { createKey } from '../support/key.js'
import { expectRefusal } from '../support/refusal.js'
import { useOwnServer } from '../support/use-server.js'

describe('a rate limit', () => {
  const { server, api } = useOwnServer({ env: { RECOLLECT_RATE_LIMIT: '5' } })

  it('refuses with 429 and when to try again, and leaves other keys and accounts alone', async () => {
    const key = createApi(server(), await createKey(server(), server().account))
    const flood = await Promise.all(Array.from({ length: 60 }, () => key('GET', '/v1/ControlPlane/Stores')))
    const refused = flood.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    for (const answer of refused) {
      expectRefusal(answer, 429, 20429, '5 requests a second')
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    expect((await createApi(server(), server().stranger)('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
    const again = () => key('GET', '/v1/ControlPlane/Stores')
    expect((await eventually(again, ({ status }) => status === 200)).status).toBe(200)
    expect(
      (
        await eventually(
          () => api('GET', '/v1/ControlPlane/Stores'),
          ({ status }) => status === 200,
        )
      ).status,
    ).toBe(200)
  })
})

describe('a limit of requests at the same time', () => {
  const { server, api, store } = useOwnServer({ env: { RECOLLECT_MAX_CONCURRENT_REQUESTS: '1' } })

  it('refuses with 429 while another request is under way, and takes the next when that is cut off', async () => {
    const { hostname, port } = new URL(server().url)
    const headers = {
      authorization: basic(server().account),
      'content-type': 'application/json',
      'content-length': 100,
    }
    const open = () => {
      const path = `/v1/Stores/${store()}/Profiles`
      const opened = request({ hostname, port, method: 'POST', path, headers })
      opened.on('error', () => undefined)
      // It came while one of the others was under way, and was refused itself.
      opened.on('response', () => {
        slow = open()
      })
      opened.write('{')
      return opened
    }
    let slow = open()
    const fetchStores = () => api('GET', '/v1/ControlPlane/Stores')
    const refused = await eventually(fetchStores, ({ status }) => status === 429)
    expectRefusal(refused, 429, 20429, 'at the same time')
    expect(refused.headers.get('retry-after')).toBe('1')
    expect((await createApi(server(), server().stranger)('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
    slow.destroy()
    expect((await eventually(fetchStores, ({ status }) => status === 200)).status).toBe(200)
  })
})

describe('a limit of writes that wait', () => {
  const { api, store } = useOwnServer({ env: { RECOLLECT_MAX_WAITING_WRITES: '1' } })

  it('refuses with 503 and when to try again, and applies nothing of what it refused', async () => {
    const path = `/v1/Stores/${store()}/Profiles`
    const create = (index: number) =>
      api('POST', path, { traits: { Contact: { email: `waiting-${index}@example.com` } } })
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => create(index)))
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    for (const answer of refused) {
      expectRefusal(answer, 503, 20503, 'Too many writes')
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    const { body } = await api('GET', `${path}?pageSize=1000`)
    expect(body.profiles).toHaveLength(answers.length - refused.length)
    expect((await create(1000)).status).toBe(202)
  })
})
