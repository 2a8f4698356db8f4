import { writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Api, createApi, createStore } from '../support/api.js'
import { type Ended, linesOf, runCli } from '../support/cli.js'
import { temporaryFolder } from '../support/folder.js'
import { startServer, type TestServer } from '../support/server.js'

let server: TestServer
let api: Api
beforeAll(async () => {
  server = await startServer()
  api = createApi(server)
})
afterAll(() => server.stop())

function credentials(): Record<string, string> {
  return { RECOLLECT_URL: server.url, RECOLLECT_USERNAME: server.account.sid, RECOLLECT_PASSWORD: server.account.token }
}

async function csvFile(text: string): Promise<string> {
  const file = join(await temporaryFolder(), 'people.csv')
  await writeFile(file, text)
  return file
}

function runImport(file: string, store: string, env = credentials(), ...more: string[]): Promise<Ended> {
  const maps = ['--map', 'mail=Contact.email', '--map', 'given name=Contact.firstName']
  return runCli(['import', file, '--store', store, ...maps, ...more], env)
}

/** A proxy that serves another server below a path and answers 404 elsewhere. */
async function openProxy(prefix: string) {
  let target = ''
  const proxy = createServer((incoming, answer) => {
    const { url = '', method, headers } = incoming
    if (!url.startsWith(`${prefix}/v1/`) && !url.startsWith(`${prefix}/recollect/`)) return answer.writeHead(404).end()
    const outgoing = request(target + url.slice(prefix.length), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers)
      response.pipe(answer)
    })
    return incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  const { port } = proxy.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    leadTo(url: string) {
      target = url
    },
  }
}

const PEOPLE = 'mail,given name\nada@example.com,Ada\ngrace@example.com,"Grace, B."\n'

describe('import', () => {
  it('imports a file and says how many rows', async () => {
    const store = await createStore(api)
    const { code, stdout, stderr } = await runImport(await csvFile(PEOPLE), store)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe('COMPLETED: 2 of 2 rows stored, 0 failed, 0 warnings\n')
    const found = await api('POST', `/v1/Stores/${store}/Profiles/Lookup`, {
      idType: 'email',
      value: 'grace@example.com',
    })
    const profile = await api('GET', `/v1/Stores/${store}/Profiles/${found.body.profiles[0]}`)
    expect(profile.body.traits).toEqual({ Contact: { email: 'grace@example.com', firstName: 'Grace, B.' } })
  })

  it('reaches a server behind the path of a proxy', async () => {
    const proxy = await openProxy('/memory')
    const behind = await startServer({ env: { PUBLIC_URL: proxy.url } })
    onTestFinished(() => behind.stop())
    proxy.leadTo(behind.url)
    const store = await createStore(createApi(behind))
    const { sid, token } = behind.account
    for (const url of [proxy.url, `${proxy.url}/`]) {
      const env = { RECOLLECT_URL: url, RECOLLECT_USERNAME: sid, RECOLLECT_PASSWORD: token }
      const { code, stderr } = await runImport(await csvFile(PEOPLE), store, env)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
  })

  it('prints JSON when asked to', async () => {
    const { code, stdout } = await runImport(await csvFile(PEOPLE), await createStore(api), credentials(), '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      id: expect.stringMatching(/^mem_import_/),
      status: 'COMPLETED',
      rowsDone: 2,
      errors: 0,
      warnings: 0,
      failure: null,
    })
  })

  it('says where the reasons of failed rows are', async () => {
    const { code, stdout } = await runImport(await csvFile(`${PEOPLE},Nobody\n`), await createStore(api))
    expect(code).toBe(0)
    const [summary, report = ''] = linesOf(stdout)
    expect(summary).toBe('COMPLETED: 2 of 3 rows stored, 1 failed, 0 warnings')
    const path = /\/recollect\/v1\/\S+/.exec(report)?.[0] ?? ''
    expect((await api('GET', path)).body).toMatch(/^row,kind,column,reason\n3,error,/)
  })

  it.each([
    ['a mapped column that is missing', 'mail,other\na@example.com,x\n', /"given name"/],
    ['more than 100 failed rows', `mail,given name\n${',Nobody\n'.repeat(101)}`, /101 rows failed/],
  ])('exits 1 and says why after %s', async (_, text, reason) => {
    const { code, stdout, stderr } = await runImport(await csvFile(text), await createStore(api))
    expect(code).toBe(1)
    expect(stdout).toMatch(/^FAILED: /)
    expect(linesOf(stderr)).toEqual([expect.stringMatching(reason)])
  })
})

describe('import that cannot begin', () => {
  it('exits 69 when there is no server', async () => {
    const env = { ...credentials(), RECOLLECT_URL: 'http://127.0.0.1:9' }
    const { code, stdout, stderr } = await runImport(await csvFile(PEOPLE), await createStore(api), env)
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' })
    expect(linesOf(stderr)).toEqual([expect.stringContaining('http://127.0.0.1:9')])
  })

  it('exits 1 with wrong credentials, and shows none', async () => {
    const env = { ...credentials(), RECOLLECT_PASSWORD: 'wrong-password' }
    const { code, stderr } = await runImport(await csvFile(PEOPLE), await createStore(api), env)
    expect(code).toBe(1)
    expect(linesOf(stderr)).toEqual([expect.stringContaining('401')])
    expect(stderr).not.toContain('wrong-password')
  })

  it('exits 1 for an unknown store', async () => {
    const { code, stderr } = await runImport(await csvFile(PEOPLE), 'mem_store_01arz3ndektsv4rrffq69g5fav')
    expect(code).toBe(1)
    expect(linesOf(stderr)).toEqual([expect.stringContaining('404')])
  })

  it('exits 1 for a file that is not there', async () => {
    const { code, stderr } = await runImport(join(await temporaryFolder(), 'nobody.csv'), await createStore(api))
    expect(code).toBe(1)
    expect(linesOf(stderr)).toEqual([expect.stringContaining('nobody.csv')])
  })

  it('exits 1 for an empty file', async () => {
    const { code, stderr } = await runImport(await csvFile(''), await createStore(api))
    expect(code).toBe(1)
    expect(linesOf(stderr)).toHaveLength(1)
  })

  it('exits 78 for an address that is none', async () => {
    const env = { ...credentials(), RECOLLECT_URL: 'my server' }
    const { code, stderr } = await runImport(await csvFile(PEOPLE), await createStore(api), env)
    expect(code).toBe(78)
    expect(stderr).toContain('RECOLLECT_URL is "my server"')
  })
})
