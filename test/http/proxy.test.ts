import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.js'
import type { ServerOptions } from '../support/server.js'
import { useOwnServer } from '../support/use-server.js'

const FORWARDED = {
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'memory.example.com',
  'x-forwarded-for': '203.0.113.7',
}

/** What a server makes of the headers a proxy sends. */
function useLinks(options: ServerOptions) {
  const used = useOwnServer(options)
  return {
    ...used,
    async ask(headers: Record<string, string>) {
      const answer = await used.api('POST', '/v1/ControlPlane/Stores', { displayName: unique() }, headers)
      expect(answer.status).toBe(202)
      return { origin: new URL(answer.body.statusUrl).origin, hsts: answer.headers.get('strict-transport-security') }
    },
  }
}

let names = 0
const unique = () => `proxied-${process.pid}-${names++}`

describe('by default', () => {
  const { ask, server } = useLinks({})
  it('nobody is believed', async () => {
    expect(await ask(FORWARDED)).toEqual({ origin: server().url, hsts: null })
  })
})

describe.each(['true', '1', '127.0.0.0/8', '::1,loopback'])('with TRUST_PROXY=%s', (TRUST_PROXY) => {
  const { ask, server } = useLinks({ env: { TRUST_PROXY } })
  it('links are those the proxy was asked by', async () => {
    expect(await ask(FORWARDED)).toEqual({ origin: 'https://memory.example.com', hsts: 'max-age=31536000' })
    expect(await ask({})).toEqual({ origin: server().url, hsts: null })
  })
  it('what is no host and no protocol is not repeated', async () => {
    const host = 'evil.example.com/path?'
    expect((await ask({ 'x-forwarded-host': host, 'x-forwarded-proto': 'javascript' })).origin).toMatch(
      /^http:\/\/127\.0\.0\.1/,
    )
  })
})

describe('with proxies at other addresses', () => {
  const { ask, server } = useLinks({ env: { TRUST_PROXY: '10.0.0.0/8,192.0.2.1' } })
  it('this client is not believed', async () => {
    expect(await ask(FORWARDED)).toEqual({ origin: server().url, hsts: null })
  })
})

describe('with PUBLIC_URL', () => {
  const { ask } = useLinks({ env: { PUBLIC_URL: 'https://here.example.com', TRUST_PROXY: 'true' } })
  it('links are its, whoever says what', async () => {
    expect(await ask(FORWARDED)).toEqual({ origin: 'https://here.example.com', hsts: 'max-age=31536000' })
  })
})

it.each(['yes', '0', '33', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', 'proxy.example.com', '10.0.0.1,', '-1'])(
  'TRUST_PROXY=%s is refused',
  (TRUST_PROXY) => {
    expect(() => loadConfig({ TRUST_PROXY })).toThrow(/TRUST_PROXY has/)
  },
)

it('one file of the certificate is refused', () => {
  expect(() => loadConfig({ RECOLLECT_TLS_CERT: 'a' })).toThrow(/RECOLLECT_TLS_KEY too/)
  expect(() => loadConfig({ RECOLLECT_TLS_KEY: 'a' })).toThrow(/RECOLLECT_TLS_CERT too/)
})
