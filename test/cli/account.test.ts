import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { type Ended, linesOf, runCli } from '../support/cli.js'
import { temporaryFolder } from '../support/folder.js'
import { type Account, startServer, type TestServer } from '../support/server.js'

/** Commands that write to the database of a server while it serves. */
let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

function runBeside(...args: string[]): Promise<Ended> {
  return runCli(args, { RECOLLECT_DATA_DIR: server.dataDir })
}

async function jsonBeside(...args: string[]) {
  const { code, stdout, stderr } = await runBeside(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

async function statusFor(account: Account): Promise<number> {
  const { status } = await createApi(server, account)('GET', '/v1/ControlPlane/Stores')
  return status
}

describe('account create', () => {
  it('makes an account that works at once', async () => {
    const { sid, authToken, ...rest } = await jsonBeside('account', 'create')
    expect(sid).toMatch(/^AC[0-9a-f]{32}$/)
    expect(rest).toEqual({})
    expect(await statusFor({ sid, token: authToken })).toBe(200)
    expect(await statusFor({ sid, token: `${authToken}x` })).toBe(401)
  })

  it('gives an existing account a new token; the old one is refused at once', async () => {
    const { sid, authToken } = await jsonBeside('account', 'create')
    expect(await statusFor({ sid, token: authToken })).toBe(200)
    const renewed = await jsonBeside('account', 'create', '--sid', sid)
    expect(renewed.sid).toBe(sid)
    expect(await statusFor({ sid, token: authToken })).toBe(401)
    expect(await statusFor({ sid, token: renewed.authToken })).toBe(200)
  })

  it('shows SID and token to people', async () => {
    const { code, stdout } = await runBeside('account', 'create')
    const sid = /AC[0-9a-f]{32}/.exec(stdout)?.[0] ?? ''
    const token = /token\s+([0-9a-f]{32})/.exec(stdout)?.[1] ?? ''
    expect(code).toBe(0)
    expect(await statusFor({ sid, token })).toBe(200)
  })
})

describe('account list', () => {
  it('lists all accounts without any secret', async () => {
    const { sid, authToken } = await jsonBeside('account', 'create')
    const { stdout } = await runBeside('account', 'list', '--json')
    const accounts: { sid: string }[] = JSON.parse(stdout)
    const sids = accounts.map((account) => account.sid)
    expect(sids).toEqual(expect.arrayContaining([sid, server.account.sid, server.stranger.sid]))
    expect(new Set(accounts.flatMap((account) => Object.keys(account)))).toEqual(new Set(['sid', 'createdAt']))
    expect(stdout).not.toContain(authToken)
    expect(linesOf((await runBeside('account', 'list')).stdout)).toHaveLength(accounts.length)
  })
})

describe('key create, list and revoke', () => {
  it('a new key works at once, a revoked one is refused at once', async () => {
    const account = server.account.sid
    const { sid, secret } = await jsonBeside('key', 'create', '--account', account, '--name', 'nightly export')
    expect(sid).toMatch(/^SK[0-9a-f]{32}$/)
    expect(await statusFor({ sid, token: secret })).toBe(200)
    expect(await statusFor({ sid, token: server.account.token })).toBe(401)

    expect(await jsonBeside('key', 'list', '--account', account)).toContainEqual(
      expect.objectContaining({ sid, account, name: 'nightly export', revokedAt: null }),
    )
    expect(await jsonBeside('key', 'revoke', sid)).toEqual({ sid, revoked: true })
    expect(await statusFor({ sid, token: secret })).toBe(401)
    expect(await jsonBeside('key', 'list')).toContainEqual(
      expect.objectContaining({ sid, revokedAt: expect.stringMatching(/Z$/) }),
    )
  })

  it('a key reaches the stores of its account and no others', async () => {
    const { sid, secret } = await jsonBeside('key', 'create', '--account', server.account.sid)
    const path = `/v1/ControlPlane/Stores/${await createStore(createApi(server))}`
    expect((await createApi(server, { sid, token: secret })('GET', path)).status).toBe(200)

    const foreign = await jsonBeside('key', 'create', '--account', server.stranger.sid)
    const asForeign = createApi(server, { sid: foreign.sid, token: foreign.secret })
    expect((await asForeign('GET', path)).status).toBe(404)
  })

  it('makes keys of a scope and for some stores, and says so in the list', async () => {
    const account = server.account.sid
    const [one, two] = [await createStore(createApi(server)), await createStore(createApi(server))]
    const args = ['key', 'create', '--account', account, '--scope', 'read', '--store', one, '--store', two]
    const { sid } = await jsonBeside(...args)
    const whole = await jsonBeside('key', 'create', '--account', account)
    const listed = await jsonBeside('key', 'list', '--account', account)
    expect(listed).toContainEqual(expect.objectContaining({ sid, scope: 'read', stores: [one, two] }))
    expect(listed).toContainEqual(expect.objectContaining({ sid: whole.sid, scope: 'admin', stores: null }))
    const { stdout } = await runBeside('key', 'list', '--account', account)
    expect(linesOf(stdout).find((line) => line.startsWith(sid))).toContain(`read  ${one},${two}`)
  })

  it('makes no key of an unknown scope, nor for a store that is not the account’s', async () => {
    const account = server.account.sid
    const scope = await runBeside('key', 'create', '--account', account, '--scope', 'root')
    expect({ code: scope.code, stderr: scope.stderr }).toEqual({
      code: 64,
      stderr: 'recollect: --scope takes read, write, admin, not "root"\n',
    })
    const foreign = await createStore(createApi(server, server.stranger))
    const store = await runBeside('key', 'create', '--account', account, '--store', foreign)
    expect({ code: store.code, stderr: store.stderr }).toEqual({
      code: 1,
      stderr: `recollect: Store ${foreign} was not found\n`,
    })
  })

  it('lists the keys of one account only when asked to', async () => {
    const mine = await jsonBeside('key', 'create', '--account', server.account.sid)
    const theirs = await jsonBeside('key', 'create', '--account', server.stranger.sid)
    const listed: { sid: string }[] = await jsonBeside('key', 'list', '--account', server.account.sid)
    const sids = listed.map(({ sid }) => sid)
    expect(sids).toContain(mine.sid)
    expect(sids).not.toContain(theirs.sid)
  })

  it.each([[['key', 'create', '--account', `AC${'0'.repeat(32)}`]], [['key', 'revoke', `SK${'0'.repeat(32)}`]]])(
    '%j of something unknown exits 1 with one line',
    async (args) => {
      const { code, stdout, stderr } = await runBeside(...args)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(linesOf(stderr)).toEqual([expect.stringMatching(/^recollect: there is no /)])
    },
  )

  it('revoking a second time exits 1', async () => {
    const { sid } = await jsonBeside('key', 'create', '--account', server.account.sid)
    expect((await runBeside('key', 'revoke', sid)).code).toBe(0)
    expect((await runBeside('key', 'revoke', sid)).code).toBe(1)
  })
})

describe('while the server writes', () => {
  it('commands and requests both succeed', async () => {
    const api = createApi(server)
    const path = `/v1/Stores/${await createStore(api)}/Profiles`
    let commandsRun = false
    const statuses = new Set<number>()
    const writing = (async () => {
      for (let index = 0; !commandsRun; index += 1) {
        const created = await api('POST', path, { traits: { Contact: { email: `person-${index}@example.com` } } })
        statuses.add(created.status)
      }
    })()
    const codes: unknown[] = []
    for (let run = 0; run < 5; run += 1) codes.push((await runBeside('account', 'create', '--json')).code)
    commandsRun = true
    await writing
    expect(codes).toEqual([0, 0, 0, 0, 0])
    expect([...statuses]).toEqual([202])
  })
})

describe('migrate', () => {
  it('makes a new database, and finds nothing to do the second time', async () => {
    const env = { RECOLLECT_DATA_DIR: await temporaryFolder() }
    const first = await runCli(['migrate'], env)
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Applied 0001-/), stderr: '' })
    const second = await runCli(['migrate'], env)
    expect(second).toEqual({ code: 0, stdout: 'The database is up to date.\n', stderr: '' })
  })

  it('runs beside a server', async () => {
    expect(await runBeside('migrate')).toEqual({ code: 0, stdout: 'The database is up to date.\n', stderr: '' })
  })
})
