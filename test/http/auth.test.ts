import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { basic } from '../support/api.js'
import { databaseEnv } from '../support/engine.js'
import { sendRaw } from '../support/raw.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { cliPath } from '../support/server.js'
import { useOwnServer } from '../support/use-server.js'

const { server, api, store } = useOwnServer()

const encode = (text: string) => Buffer.from(text).toString('base64')

/** Headers that authenticate nobody, by what is wrong with them. */
function badCredentials(): [string, string][] {
  const { account, stranger } = server()
  return [
    ['nothing', ''],
    ['the scheme alone', 'Basic'],
    ['no base64', 'Basic ???'],
    ['no colon', `Basic ${encode('hello')}`],
    ['only a colon', `Basic ${encode(':')}`],
    ['a wrong token', basic({ sid: account.sid, token: 'x'.repeat(32) })],
    ['an empty token', basic({ sid: account.sid, token: '' })],
    ['half a token', basic({ sid: account.sid, token: account.token.slice(0, 16) })],
    ['a longer token', basic({ sid: account.sid, token: `${account.token}0` })],
    ['an unknown account', basic({ sid: `AC${'0'.repeat(32)}`, token: account.token })],
    ['the token of another account', basic({ sid: account.sid, token: stranger.token })],
    ['swapped credentials', basic({ sid: account.token, token: account.sid })],
    ['Bearer', `Bearer ${account.token}`],
    ['Bearer with Basic credentials', `Bearer ${encode(`${account.sid}:${account.token}`)}`],
    ['credentials in the open', `${account.sid}:${account.token}`],
    ['Digest', 'Digest username="x"'],
  ]
}

it('refuses missing, wrong, Bearer and garbage credentials', async () => {
  for (const [what, authorization] of badCredentials()) {
    const answer = await api('GET', '/v1/ControlPlane/Stores', undefined, { authorization })
    expect(answer.status, what).toBe(401)
    expectRefusal(answer, 401, 20003, /Basic/)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/)
  }
})

it('refuses before it looks at anything else: paths, ids, methods, bodies', async () => {
  const wrong = { authorization: 'Bearer x' }
  for (const [method, path, body] of [
    ['GET', `/v1/Stores/${store()}/Profiles`],
    ['GET', `/v1/Stores/${UNKNOWN.store}/Profiles`],
    ['GET', '/v1/Stores/malformed/Profiles?pageSize=0'],
    ['GET', '/v1/Services/anything'],
    ['GET', '/v1/no/such/path'],
    ['GET', '/v1'],
    ['GET', '/v1/'],
    ['GET', '//v1/ControlPlane/Stores'],
    ['GET', '/V1/ControlPlane/Stores'],
    ['GET', '/recollect/v1/no/such/path'],
    ['GET', `/recollect/v1/Stores/${store()}/Profiles/Imports/${UNKNOWN.import}/Errors`],
    ['DELETE', '/v1/ControlPlane/Stores'],
    ['OPTIONS', '/v1/ControlPlane/Stores'],
    ['POST', '/v1/ControlPlane/Stores', '{malformed'],
    ['POST', `/v1/Stores/${store()}/Profiles`, 'x'.repeat(2_000_000)],
  ] as const) {
    const answer = await api(method, path, body, wrong)
    expect(answer.status, `${method} ${path}`).toBe(401)
    expectRefusal(answer, 401, 20003)
  }
})

it('lets nobody around it by writing the path in another way', async () => {
  for (const path of ['/%76%31/ControlPlane/Stores', '/v1/ControlPlane%2FStores', '/v%31/ControlPlane/Stores']) {
    const { status } = await sendRaw(server(), { path, headers: { authorization: false } })
    expect([401, 404], path).toContain(status)
  }
  const tricked = await sendRaw(server(), {
    path: '/recollect/v1/Uploads/../../../v1/ControlPlane/Stores',
    headers: { authorization: false },
  })
  expect([401, 404]).toContain(tricked.status)
})

it('refuses a path that cannot be decoded without right credentials', async () => {
  for (const authorization of [false as const, 'Bearer x', basic({ sid: server().account.sid, token: 'wrong' })]) {
    const { status } = await sendRaw(server(), { path: '/v1/Stores/%zz/Profiles', headers: { authorization } })
    expect(status, String(authorization)).toBe(401)
  }
  expect((await sendRaw(server(), { path: '/v1/Stores/%zz/Profiles' })).status).toBe(400)
})

it('takes the scheme in any case, and ignores X-Pre-Auth-Context', async () => {
  const authorization = basic(server().account)
  for (const scheme of ['Basic', 'basic', 'BASIC']) {
    const headers = { authorization: authorization.replace('Basic', scheme), 'x-pre-auth-context': 'AC1' }
    expect((await api('GET', '/v1/ControlPlane/Stores', undefined, headers)).status).toBe(200)
  }
  const unauthenticated = { authorization: '', 'x-pre-auth-context': server().account.sid }
  expectRefusal(await api('GET', '/v1/ControlPlane/Stores', undefined, unauthenticated), 401, 20003)
})

it('accepts the absolute form of a request target, as proxies send it', async () => {
  const path = `${server().url}/v1/ControlPlane/Stores`
  expect((await sendRaw(server(), { path })).status).toBe(200)
  expect((await sendRaw(server(), { path, headers: { authorization: false } })).status).toBe(401)
})

it('asks no credentials for health, metrics and documentation', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs/']) {
    const answer = await api('GET', path, undefined, { authorization: '' })
    expect(answer.status, path).toBe(200)
  }
})

describe('API keys', () => {
  async function recollect(...args: string[]) {
    const { stdout } = await promisify(execFile)(process.execPath, [cliPath, ...args, '--json'], {
      env: {
        PATH: process.env.PATH,
        RECOLLECT_DATA_DIR: server().dataDir,
        ...(await databaseEnv(server().dataDir)),
      },
    })
    return JSON.parse(stdout) as { sid: string; secret: string }
  }

  it('open what the account owns, until they are revoked', async () => {
    const { sid, secret } = await recollect('key', 'create', '--account', server().account.sid)
    expect(sid).toMatch(/^SK[0-9a-f]{32}$/)
    const key = { authorization: basic({ sid, token: secret }) }
    expect((await api('GET', `/v1/ControlPlane/Stores/${store()}`, undefined, key)).status).toBe(200)
    const wrong = { authorization: basic({ sid, token: server().account.token }) }
    expectRefusal(await api('GET', '/v1/ControlPlane/Stores', undefined, wrong), 401, 20003)
    await recollect('key', 'revoke', sid)
    expectRefusal(await api('GET', '/v1/ControlPlane/Stores', undefined, key), 401, 20003)
  })
})
