import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { beforeAll, expect, it } from 'vitest'
import { type Answer, basic } from '../support/api.js'
import {
  contentsOf,
  createMemoryProfile,
  type MemoryProfile,
  observation,
  observe,
  summary,
} from '../support/memory.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()
const COMPRESSIONS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }
const MEBI = 1024 * 1024
let profile: MemoryProfile

beforeAll(async () => {
  profile = await createMemoryProfile(api, store())
  await observe(api, profile, 'Likes tea')
})

async function post(path: string, body: Buffer | string, encoding: string): Promise<Answer> {
  const headers = {
    authorization: basic(server().account),
    'content-type': 'application/json',
    'content-encoding': encoding,
  }
  const response = await fetch(server().url + path, { method: 'POST', headers, body })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

it('takes compressed observations, summaries and recalls', async () => {
  for (const [encoding, compress] of Object.entries(COMPRESSIONS)) {
    const send = (path: string, body: unknown) => post(path, compress(JSON.stringify(body)), encoding)
    const content = `Speaks ${encoding}`
    expect((await send(profile.observations, { observations: [observation(content)] })).status).toBe(202)
    expect((await send(profile.summaries, { summaries: [summary(content)] })).status).toBe(202)
    const { status, body } = await send(profile.recall, { query: content })
    expect([status, body.observations[0].content, body.summaries[0].content]).toEqual([200, content, content])
  }
})

it('refuses a body that is not what Content-Encoding says', async () => {
  const json = JSON.stringify({ query: 'tea' })
  for (const [encoding, compress] of Object.entries(COMPRESSIONS)) {
    const whole = compress(json)
    for (const body of [json, whole.subarray(0, whole.length - 5), Buffer.alloc(0), compress('{"query":')]) {
      expectRefusal(await post(profile.recall, body, encoding), 400)
    }
    const latin1 = compress(Buffer.from('{"query":"Grüner Tee"}', 'latin1'))
    expectRefusal(await post(profile.recall, latin1, encoding), 400, 400, 'must be UTF-8')
  }
  expectRefusal(await post(profile.recall, gzipSync(json), 'br'), 400)
  expectRefusal(await post(profile.recall, gzipSync(gzipSync(json)), 'gzip'), 400)
  expectRefusal(await post(profile.recall, json, 'zstd'), 400)
})

it('stops at a body that swells beyond what is allowed, and serves on', async () => {
  const blanks = Buffer.alloc(256 * MEBI, ' ')
  for (const [encoding, bomb] of [
    ['gzip', gzipSync(blanks)],
    ['br', brotliCompressSync(blanks, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ] as const) {
    expect(bomb.length).toBeLessThan(MEBI)
    const answer = await post(profile.observations, bomb, encoding)
    expect([400, 413]).toContain(answer.status)
    expectRefusal(answer, answer.status)
  }
  expect(contentsOf((await api('POST', profile.recall, { query: 'tea' })).body.observations)).toContain('Likes tea')
})
