import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createApi, createStore, eventually } from '../support/api.js'
import { linesOf, runCli, runNode } from '../support/cli.js'
import { databaseEnv, engine } from '../support/engine.js'
import { temporaryFolder } from '../support/folder.js'
import { cliPath, type ServerOptions, startServer, type TestServer } from '../support/server.js'

const resolveModule = createRequire(import.meta.url).resolve
const BANNER = /Account SID {2}(AC[0-9a-f]{32})\n\s+Auth token {3}([0-9a-f]{32})\n/

async function start(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options)
  onTestFinished(() => server.stop())
  return server
}

/** What the first start prints. */
function firstOutput(server: TestServer): Promise<string> {
  return eventually(
    async () => server.output(),
    (text) => BANNER.test(text) && text.includes('.list()'),
  )
}

const withoutAccounts = { RECOLLECT_ACCOUNTS: '' }

describe('the first start without accounts', () => {
  it('prints SID, token and a snippet that works, once', async () => {
    const dataDir = await temporaryFolder()
    const first = await start({ dataDir, env: withoutAccounts })
    const output = await firstOutput(first)
    const [, sid = '', token = ''] = BANNER.exec(output) ?? []
    expect((await createApi(first, { sid, token })('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
    expect(first.logLines.join('\n')).not.toContain(token)

    const store = await createStore(createApi(first, { sid, token }))
    const snippet = linesOf(output).filter((line) => /^ {2}(const client|client\.)/.test(line))
    expect(snippet).toHaveLength(3)
    const ran = await runSnippet(snippet.join('\n'))
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain(store)

    await first.stop()
    const second = await start({ dataDir, env: withoutAccounts })
    expect((await createApi(second, { sid, token })('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
    expect(second.output()).toBe('')
    const listed = await runCli(['account', 'list', '--json'], { RECOLLECT_DATA_DIR: dataDir })
    expect(JSON.parse(listed.stdout)).toHaveLength(1)
  })

  it('that cannot listen takes no secret to its grave: the next start prints the credentials', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const dataDir = await temporaryFolder()

    const failed = await runCli(['serve'], { RECOLLECT_DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'silent' })
    expect(failed.code).toBe(1)
    expect(linesOf(failed.stderr)).toEqual([expect.stringContaining(String(port))])

    const server = await start({ dataDir, env: withoutAccounts })
    const [, sid = '', token = ''] = BANNER.exec(await firstOutput(server)) ?? []
    expect((await createApi(server, { sid, token })('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
  })
})

describe('accounts of the settings', () => {
  it('work, and no banner is printed', async () => {
    const server = await start()
    expect((await createApi(server)('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
    expect((await createApi(server, server.stranger)('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
    await server.kill('SIGTERM')
    expect(server.output()).toBe('')
    for (const line of server.logLines) expect(() => JSON.parse(line)).not.toThrow()
  })

  it('a new token in the settings replaces the old one', async () => {
    const dataDir = await temporaryFolder()
    const before = await start({ dataDir })
    await before.stop()
    const account = { sid: before.account.sid, token: 'a-token-of-our-own' }
    const after = await start({ dataDir, account })
    expect((await createApi(after)('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
    expect((await createApi(after, before.account)('GET', '/v1/ControlPlane/Stores')).status).toBe(401)
  })
})

it.runIf(engine === 'sqlite')('who is told to end while it starts ends in order', async () => {
  const dataDir = await temporaryFolder()
  const env = { PATH: process.env.PATH, RECOLLECT_DATA_DIR: dataDir, PORT: '0' }
  const child = spawn(process.execPath, [cliPath, 'serve'], { env, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  await eventually(async () => existsSync(join(dataDir, 'recollect.db')), Boolean)
  child.kill('SIGTERM')
  expect(await ended).toEqual({ code: 0, signal: null })
})

describe.runIf(spawnSync('script', ['--version']).status === 0)('on a terminal', () => {
  it('says what to do next, with links that answer', async () => {
    const env = {
      RECOLLECT_DATA_DIR: await temporaryFolder(),
      PORT: '0',
      LOG_LEVEL: 'silent',
      RECOLLECT_ENCODER: 'none',
    }
    const terminal = spawn(
      'script',
      ['--quiet', '--return', '--command', `exec '${process.execPath}' '${cliPath}' serve`, '/dev/null'],
      {
        env: { PATH: process.env.PATH, ...(await databaseEnv(env.RECOLLECT_DATA_DIR)), ...env },
      },
    )
    onTestFinished(() => void terminal.kill('SIGKILL'))
    let printed = ''
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    const text = await eventually(
      async () => printed.replaceAll('\r', ''),
      (output) => output.includes('Ctrl+C'),
    )
    const [, sid = '', token = ''] = BANNER.exec(text) ?? []
    const [, url = ''] = /Recollect serves (http:\S+)/.exec(text) ?? []
    expect((await createApi({ url, account: { sid, token } })('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
    expect(text).toContain(`${url}/console`)
    expect((await fetch(`${url}/docs`)).status).toBe(200)
    expect(text).toContain('npm run demo')

    terminal.stdin.write('\u0003')
    expect(await new Promise((resolve) => terminal.once('exit', resolve))).toBe(0)
  })
})

describe.runIf(engine === 'sqlite')('one process serves a data folder', () => {
  it.each([['worker'], ['serve', '--no-worker']])('%s %s needs a database that is shared', async (...command) => {
    const { code, stdout, stderr } = await runCli(command, { RECOLLECT_DATA_DIR: await temporaryFolder() })
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    expect(stderr).toMatch(/DATABASE_URL/)
  })

  it('a second one exits 69 with a clear line and leaves the first alone', async () => {
    const server = await start()
    const env = { RECOLLECT_DATA_DIR: server.dataDir, PORT: '0' }
    const second = await runCli(['serve'], env)
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 69, stdout: '' })
    expect(linesOf(second.stderr)).toEqual([expect.stringMatching(/another process serves this data folder/)])

    await createStore(createApi(server))
    // A lock that the second attempt broke would let a third one in.
    expect((await runCli(['serve'], env)).code).toBe(69)
  })

  it('the next one may as soon as the first was killed', async () => {
    const dataDir = await temporaryFolder()
    const first = await start({ dataDir })
    await first.kill('SIGKILL')
    await start({ dataDir })
  })
})

async function runSnippet(snippet: string) {
  const file = join(await temporaryFolder(), 'snippet.cjs')
  await writeFile(file, snippet.replace("require('twilio')", `require(${JSON.stringify(resolveModule('twilio'))})`))
  return runNode([file])
}
