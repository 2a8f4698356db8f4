import { describe, expect, it } from 'vitest'
import { sendBytes, sendRaw } from '../support/raw.js'
import { expectRefusal, malformed, REQUEST_ID, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

describe('Twilio-Request-Id', () => {
  it('is on every answer, another one each time', async () => {
    const ids = new Set<string>()
    const calls = [
      ['GET', '/healthz'],
      ['GET', '/metrics'],
      ['GET', '/openapi.json'],
      ['GET', '/nowhere'],
      ['GET', '/v1/ControlPlane/Stores'],
      ['GET', `/v1/ControlPlane/Stores/${UNKNOWN.store}`],
      ['GET', '/v1/Stores/x/Profiles'],
      ['GET', '/v1/Stores/%zz/Profiles'],
      ['GET', '/%'],
      ['HEAD', '/v1/ControlPlane/Stores'],
      ['POST', '/v1/ControlPlane/Stores'],
      ['PUT', `/recollect/v1/Uploads/${UNKNOWN.import}`],
      ['DELETE', '/'],
    ] as const
    for (const [method, path] of calls) {
      const { headers } = await sendRaw(server(), { method, path })
      expect(headers['twilio-request-id'], `${method} ${path}`).toMatch(REQUEST_ID)
      ids.add(String(headers['twilio-request-id']))
    }
    expect(ids.size).toBe(calls.length)
  })

  it('is on answers to what is no HTTP, with the same error body', async () => {
    for (const bytes of [
      'hello\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n',
      'FOO / HTTP/1.1\r\nHost: x\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    ]) {
      const answer = await sendBytes(server(), bytes)
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      const status = Number(head.split(' ')[1])
      expect(status, bytes.slice(0, 40)).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(head).toMatch(/Twilio-Request-Id: RQ[0-9a-f]{32}/)
      expect(Object.keys(JSON.parse(body) as object).sort()).toEqual(['code', 'message', 'more_info', 'status'])
    }
  })

  it('is on the answer to an expectation nobody can meet', async () => {
    const { status, headers } = await sendRaw(server(), { path: '/healthz', headers: { expect: 'a miracle' } })
    expect(status).toBeLessThan(500)
    expect(headers['twilio-request-id']).toMatch(REQUEST_ID)
  })
})

describe('paths', () => {
  it('are 404 when there is nothing, the old ones too', async () => {
    for (const path of [
      '/v1',
      '/v1/nothing',
      '/v1/Stores',
      `/v1/Stores/${store()}`,
      `/v1/stores/${store()}/profiles`,
      `/v1/Services/${store()}/Profiles`,
      `/v1/Services/mem_service_00000000000000000000000000/Profiles`,
      '/v1/Services',
      '/v2/ControlPlane/Stores',
      '/nothing',
      '/',
    ]) {
      expectRefusal(await api('GET', path), 404, 20404)
    }
  })

  it('are 400 when they cannot be decoded', async () => {
    const { status, body } = await sendRaw(server(), { path: '/v1/Stores/%/Profiles' })
    expect([status, JSON.parse(body.toString())]).toMatchObject([400, { status: 400 }])
  })

  it('ignore query parameters that nobody knows', async () => {
    const query = 'unknown=1&unknown=2&__proto__=x&constructor=y&%00=%ff&='
    expect((await api('GET', `/v1/ControlPlane/Stores?${query}`)).status).toBe(200)
    expect((await api('GET', `/v1/Stores/${store()}/Profiles?${query}`)).status).toBe(200)
  })
})

describe('ids', () => {
  const base = () => `/v1/Stores/${store()}/Profiles`

  it('that nobody has are 404', async () => {
    for (const id of [UNKNOWN.store, UNKNOWN.olderStore]) {
      expectRefusal(await api('GET', `/v1/Stores/${id}/Profiles`), 404, 520041)
      expectRefusal(await api('GET', `/v1/ControlPlane/Stores/${id}`), 404, 520041)
      expectRefusal(await api('GET', `/v1/ControlPlane/Stores/${id}/TraitGroups`), 404, 520041)
    }
    expectRefusal(await api('GET', `${base()}/${UNKNOWN.profile}`), 404, 20404)
    expectRefusal(await api('GET', `${base()}/Imports/${UNKNOWN.import}`), 404, 20404)
    expectRefusal(await api('GET', `/v1/ControlPlane/Operations/${UNKNOWN.operation}`), 404, 20404)
  })

  it('that are malformed are 400', async () => {
    for (const id of malformed(UNKNOWN.store)) {
      expectRefusal(await api('GET', `/v1/Stores/${id}/Profiles`), 400, 520049, 'storeId')
      expectRefusal(await api('GET', `/v1/ControlPlane/Stores/${id}`), 400, 520049, 'storeId')
    }
    for (const id of malformed(UNKNOWN.profile)) {
      expectRefusal(await api('GET', `${base()}/${id}`), 400, undefined, 'profileId')
      expectRefusal(await api('GET', `${base()}/${id}/Traits`), 400, undefined, 'profileId')
    }
    for (const id of malformed(UNKNOWN.import)) {
      expectRefusal(await api('GET', `${base()}/Imports/${id}`), 400, undefined, 'importId')
    }
    for (const id of malformed(UNKNOWN.operation)) {
      expectRefusal(await api('GET', `/v1/ControlPlane/Operations/${id}`), 400, 520051, 'operationId')
    }
  })

  it('of any length get an answer', async () => {
    for (const length of [200, 1000, 5000]) {
      const { status } = await api('GET', `/v1/Stores/${'x'.repeat(length)}/Profiles`)
      expect([400, 404, 414], String(length)).toContain(status)
    }
  })
})

describe('methods', () => {
  it('that a path does not have are refused, odd ones too, and none fails', async () => {
    const paths = ['/v1/ControlPlane/Stores', `/v1/Stores/${store()}/Profiles`, '/healthz', '/docs/', '/nothing', '*']
    const methods = ['PUT', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK', 'PURGE', 'M-SEARCH', 'SUBSCRIBE', 'REPORT', 'LINK']
    for (const path of paths) {
      for (const method of methods) {
        const { status, headers } = await sendRaw(server(), { method, path })
        expect(status, `${method} ${path}`).toBeGreaterThanOrEqual(400)
        expect(status, `${method} ${path}`).toBeLessThan(500)
        expect(headers['twilio-request-id']).toMatch(REQUEST_ID)
      }
    }
  })

  it('HEAD answers as GET does, without the body', async () => {
    for (const [path, status] of [
      ['/v1/ControlPlane/Stores', 200],
      [`/v1/Stores/${UNKNOWN.store}/Profiles`, 404],
      ['/nothing', 404],
      ['/healthz', 200],
    ] as const) {
      const answer = await sendRaw(server(), { method: 'HEAD', path })
      expect([path, answer.status, answer.body.length]).toEqual([path, status, 0])
    }
    const refused = await sendRaw(server(), { method: 'HEAD', path: '/v1/x', headers: { authorization: false } })
    expect([refused.status, refused.body.length]).toEqual([401, 0])
  })
})

describe('absolute links', () => {
  const statusUrl = async (headers: Record<string, string>) => {
    const displayName = `origin-${Math.random().toString(36).slice(2)}`
    const path = '/v1/ControlPlane/Stores'
    const { body } = await sendRaw(server(), { method: 'POST', path, headers, body: JSON.stringify({ displayName }) })
    return (JSON.parse(body.toString()) as { statusUrl: string }).statusUrl
  }

  it('are on the origin that the client used', async () => {
    for (const host of ['memory.example.com', 'memory.example.com:8443', 'localhost:1', '[::1]:80', '10.0.0.1']) {
      expect(await statusUrl({ host })).toMatch(`http://${host}/v1/ControlPlane/Operations/mem_operation_`)
    }
  })

  it('repeat no host that is none', async () => {
    for (const host of ['a/b', 'a?b', 'a@b', '<script>', 'a b', '"', 'x:y', '']) {
      const url = await statusUrl({ host })
      expect(new URL(url).pathname, host).toMatch(/^\/v1\/ControlPlane\/Operations\/mem_operation_\w+$/)
      if (host !== '') expect(url).not.toContain(`//${host}`)
    }
  })
})
