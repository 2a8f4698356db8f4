import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { beforeAll, expect, it } from 'vitest'
import { createProfile } from '../support/profile.js'
import { sendBytes, sendRaw } from '../support/raw.js'
import { useOwnServer } from '../support/use-server.js'
import { attack } from './attack.js'

const { server, api, store } = useOwnServer({ env: { RECOLLECT_REQUEST_TIMEOUT_SECONDS: '30' } })
const MIB = 1024 * 1024
const REPEATS = 8
const JSON_TYPE = { 'content-type': 'application/json' }

let profile = ''
beforeAll(async () => {
  profile = await createProfile(api, store(), { Contact: { email: 'victim@example.com' } })
})
const profiles = () => `/v1/Stores/${store()}/Profiles`
const own = () => `${profiles()}/${profile}`

/** A refusal of the API, or no answer at all because the connection was closed on what is no HTTP. */
async function expectRefused(
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = JSON_TYPE,
  method = 'POST',
): Promise<void> {
  const answer = await sendRaw(server(), { method, path, headers, body }).catch((error: Error) => error)
  if (answer instanceof Error) {
    // It is refused before all of it was sent, and the rest meets a closed connection.
    expect(answer.message).toMatch(/EPIPE|ECONNRESET|hang up/)
    return
  }
  expect({ path, status: answer.status, text: answer.body.toString().slice(0, 300) }).toEqual({
    path,
    status: expect.toSatisfy((status: number) => status >= 400 && status < 500),
    text: expect.stringMatching(/"code":\d+,"message":".+"/),
  })
}

/** Does it so many times, all at once. */
function repeat(work: () => Promise<unknown>, times = REPEATS): Promise<unknown> {
  return Promise.all(Array.from({ length: times }, work))
}

const MALFORMED = [
  '{',
  '[',
  '{"traits":',
  '{"a":1,}',
  "{'a':1}",
  'undefined',
  'NaN',
  '{"a":01}',
  '{"a":+1}',
  '{"a":"\u0001"}',
  '"\\x"',
  '{"a":1}{"a":1}',
  '{"a":"\\ud800"}',
  '{"\\u0000":1}',
  '{"traits":{"\\udfff":{}}}',
  '\0',
  ' '.repeat(1000),
  '{"a":1e999}',
  '[[[[',
  '"',
  '{"traits":{"Contact":{"email":"\\u0000@example.com"}}}',
  '/* */{}',
  '-',
  'tru',
]

it('malformed JSON, NUL and lone surrogates are refused, escaped or as bytes', async () => {
  const raw = [Buffer.from([0xff, 0xfe, 0x7b]), Buffer.alloc(64)]
  await attack(server(), 'malformed JSON', own(), async () => {
    for (const path of [profiles(), `${profiles()}/Lookup`, `${own()}/Observations`]) {
      await Promise.all([...MALFORMED, ...raw].map((body) => expectRefused(path, body)))
    }
  })
})

it('bodies of 20 MB are refused, whoever sends them and however', async () => {
  const text = JSON.stringify({ traits: { Contact: { city: 'x'.repeat(20 * MIB) } } })
  const wide = `{"traits":{"Contact":{${Array.from({ length: MIB }, (_, index) => `"t${index}":"${index}"`).join(',')}}}}`
  await attack(server(), 'bodies of 20 MB', own(), async () => {
    await repeat(() => expectRefused(profiles(), text))
    await repeat(() => expectRefused(`${profiles()}/Bulk`, text, JSON_TYPE, 'PUT'))
    await repeat(() => expectRefused(profiles(), text, { ...JSON_TYPE, 'transfer-encoding': 'chunked' }))
    await expectRefused(`${profiles()}/Bulk`, wide, JSON_TYPE, 'PUT')
  })
})

it('compressed bombs are refused before they are whole', async () => {
  const bomb = Buffer.alloc(256 * MIB)
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
  const packed = { gzip: gzipSync(bomb), deflate: deflateSync(bomb), br: brotliCompressSync(bomb, brotli) }
  const twice = gzipSync(packed.gzip)
  await attack(server(), 'compressed bombs', own(), async () => {
    for (const [encoding, body] of Object.entries(packed)) {
      const headers = { ...JSON_TYPE, 'content-encoding': encoding }
      await repeat(() => expectRefused(`${own()}/Observations`, body, headers))
      await repeat(() => expectRefused(`${own()}/Recall`, body, headers))
      await expectRefused(profiles(), body, headers)
      await expectRefused(`${own()}/Observations`, body.subarray(0, 1000), headers)
    }
    await expectRefused(`${own()}/Observations`, twice, { ...JSON_TYPE, 'content-encoding': 'gzip' })
    await expectRefused(`${own()}/Observations`, twice, { ...JSON_TYPE, 'content-encoding': 'gzip, gzip' })
  })
})

it('tens of thousands of levels are refused', async () => {
  await attack(server(), 'deep nesting', own(), async () => {
    for (const depth of [10_000, 100_000, 250_000]) {
      await expectRefused(profiles(), '['.repeat(depth) + ']'.repeat(depth))
      await expectRefused(profiles(), `{"traits":${'{"a":'.repeat(depth / 2)}1${'}'.repeat(depth / 2)}}`)
      await expectRefused(
        `${own()}/Recall`,
        `{"query":"\\u0000","x":${'[{"a":'.repeat(depth / 5)}1${'}]'.repeat(depth / 5)}}`,
      )
    }
  })
})

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']

it('names of prototypes are names like any other', async () => {
  await attack(server(), 'names of prototypes', own(), async () => {
    for (const name of NAMES) {
      const quoted = JSON.stringify(name)
      const bodies = [
        `{${quoted}:{"a":1}}`,
        `{"traits":{${quoted}:{"a":"b"}}}`,
        `{"traits":{"Contact":{${quoted}:"b"}}}`,
      ]
      for (const body of bodies) await expectRefused(profiles(), body)
      await expectRefused(`${profiles()}/Lookup`, `{"idType":${quoted},"value":"x"}`)
      await expectRefused(`${own()}/Identifiers`, `{"idType":${quoted},"value":"x"}`)
      await expectRefused(`/v1/ControlPlane/Stores/${store()}/TraitGroups/${name}`, '', {}, 'GET')
      await expectRefused(`/v1/Stores/${store()}/Profiles/${name}`, '', {}, 'GET')
      expect((await api('GET', `${own()}?${name}=1&traitGroups=${name}`)).status).toBeLessThan(500)
    }
  })
  expect((await api('GET', own())).body.traits).toEqual({ Contact: { email: 'victim@example.com' } })
})

const PATHS = [
  '//',
  '/../../etc/passwd',
  '/docs/static/../../../../etc/passwd',
  '/docs/static/%2e%2e/%2e%2e/package.json',
  '/docs/..%2f..%2fpackage.json',
  '/v1/Stores/%00',
  '/v1/Stores/..%2f..',
  '/v1/Stores/%',
  '/v1/Stores/%zz',
  '/v1/Stores/%ff%fe',
  '/v1//Stores',
  '/V1/STORES',
  '/v1/Stores;x=1',
  `/v1/Stores/${'a'.repeat(12_000)}`,
  `/v1/Stores?${'a=1&'.repeat(3000)}`,
  `/v1/Stores${'/..'.repeat(3000)}`,
  '/v1/Stores?__proto__[x]=1',
  '/v1/Stores?pageSize=1&pageSize=2',
  '/v1/Stores?pageToken=%00',
  '/recollect/v1/Uploads/../../v1/Stores',
  '/recollect/v1/Uploads/%2e%2e%2fStores',
  '/\u00e9'.replace('\u00e9', '%C3%A9'),
  '/v1/Stores#x',
  '/docs/static/swagger-ui.css%00.js',
]

it('path tricks lead nowhere', async () => {
  await attack(server(), 'path tricks', own(), async () => {
    for (const path of PATHS) {
      for (const headers of [{}, { authorization: false }] as const) {
        const { status, body } = await sendRaw(server(), { path, headers })
        expect({ path, status }).toEqual({ path, status: expect.toSatisfy((code: number) => code < 500) })
        expect(body.toString()).not.toMatch(/root:|"devDependencies"/)
      }
    }
  })
})

it('huge and broken headers are refused', async () => {
  const line = 'GET /v1/Stores HTTP/1.1\r\nhost: x\r\n'
  const requests = [
    `${line}x: ${'a'.repeat(20 * MIB)}\r\n\r\n`,
    `${line}${Array.from({ length: 50_000 }, (_, index) => `x-${index}: y\r\n`).join('')}\r\n`,
    `${line}authorization: Basic ${'A'.repeat(100_000)}\r\n\r\n`,
    `GET /${'a'.repeat(MIB)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    `${line}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`,
    `${line}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${line}content-length: -1\r\n\r\n`,
    `${line}transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n`,
    `${line}x\0y: z\r\n\r\n`,
    '\0'.repeat(100_000),
    'GET / HTTP/9.9\r\n\r\n',
  ]
  await attack(server(), 'huge headers', own(), async () => {
    for (const bytes of requests) {
      await repeat(async () => {
        // What is refused in the middle of being sent may end as a connection that was reset.
        const received = await sendBytes(server(), `${bytes}`).catch(() => '')
        for (const [, status] of received.matchAll(/HTTP\/1\.1 (\d+)/g)) expect(Number(status)).toBeLessThan(500)
      }, 4)
    }
  })
})

const PATTERNS = [
  '^(a+)+$',
  '^(a|aa)+$',
  '(a*)*b',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(x+x+)+y',
  '(.*a){25}',
  '((a{1,10}){1,10}){1,10}',
  '(a{1000}){1000}',
  `(${'a|'.repeat(20_000)}b)*`,
  '('.repeat(5000) + ')'.repeat(5000),
  '[a-z]{0,1000}'.repeat(3),
  '(?=a)',
  '\\1',
  '\\p{L}{900}',
  '(?i)(?:.|\\n)*'.repeat(50),
]

it('catastrophic regular expressions are refused or take linear time', async () => {
  const groups = `/v1/ControlPlane/Stores/${store()}/TraitGroups`
  await attack(server(), 'regular expressions', own(), async () => {
    for (const [index, pattern] of PATTERNS.entries()) {
      const group = `Pattern${index}`
      const validationRule = { ruleType: 'STRING', pattern }
      const declared = await api('POST', groups, {
        displayName: group,
        traits: { text: { dataType: 'STRING', validationRule } },
      })
      expect(declared.status).toBeLessThan(500)
      if (declared.status !== 202) continue
      for (const text of [`${'a'.repeat(5000)}!`, 'x'.repeat(9000), 'ab'.repeat(30_000)]) {
        const contact = { email: `pattern-${index}@example.com` }
        const written = await api('POST', profiles(), { traits: { Contact: contact, [group]: { text } } })
        expect(written.status).toBeLessThan(500)
      }
    }
  })
})
