import { execFile, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Api, createApi, eventually } from '../support/api.js'
import { type Ended, linesOf } from '../support/cli.js'
import { databaseEnv } from '../support/engine.js'
import { temporaryFolder } from '../support/folder.js'
import { findFreePort } from '../support/free-port.js'
import { listProfileIds, lookup } from '../support/profile.js'
import { startServer } from '../support/server.js'

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url))
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const ARGUMENTS = ['--import', TSX, DEMO]

/** Runs the demo to its end. */
async function play(env: Record<string, string>): Promise<Ended> {
  const given = { PATH: process.env.PATH, ...(await databaseEnv(env.RECOLLECT_DATA_DIR)), ...env }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ARGUMENTS, { env: given }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

/** What the demo printed, and the store it filled. */
function readOutput(output: string) {
  const [, sid = ''] = /Account SID {2}(\S+)/.exec(output) ?? []
  const [, token = ''] = /Auth token {3}(\S+)/.exec(output) ?? []
  const [, store = ''] = /(mem_store_\w+)/.exec(output) ?? []
  const [, star = ''] = /Profiles\/(mem_profile_\w+)\/Recall/.exec(output) ?? []
  return { account: { sid, token }, store, star }
}

/** Everything of the store that a second run could have changed. */
async function countContent(api: Api, store: string) {
  const profiles = await listProfileIds(api, store)
  const counts = { observations: 0, revisions: 0, summaries: 0 }
  const countProfile = async (id: string) => {
    const path = `/v1/Stores/${store}/Profiles/${id}`
    const { observations } = (await api('GET', `${path}/Observations?pageSize=50`)).body
    counts.observations += observations.length
    for (const one of observations) {
      const { body } = await api('GET', `${path}/Observations/${one.id}/Revisions`)
      counts.revisions += body[body.meta.key].length
    }
    const { summaries } = (await api('GET', `${path}/ConversationSummaries?pageSize=50`)).body
    counts.summaries += summaries.length
  }
  await Promise.all(profiles.map(countProfile))
  const path = `/v1/Stores/${store}/Profiles/Imports`
  const ids: string[] = (await api('GET', path)).body.imports
  const imports = await Promise.all(ids.map(async (id) => (await api('GET', `${path}/${id}`)).body))
  return { profiles: profiles.sort(), ...counts, imports }
}

describe('npm run demo', () => {
  it('fills a store worth looking at, of an account of its own, and changes nothing when it runs again', async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    const env = { RECOLLECT_URL: server.url, RECOLLECT_DATA_DIR: server.dataDir }
    const first = await play(env)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain(`${server.url}/console`)

    const { account, store, star } = readOutput(first.stdout)
    const api = createApi(server, account)
    const before = await countContent(api, store)
    expect(before.profiles).toHaveLength(200)
    expect(before.observations).toBeGreaterThan(100)
    expect(before.revisions).toBeGreaterThan(before.observations)
    expect(before.imports).toEqual([
      expect.objectContaining({ status: 'COMPLETED', summary: { errors: 4, warnings: 2 } }),
    ])
    expect((await createApi(server)('GET', '/v1/ControlPlane/Stores')).body.stores).toEqual([])

    await eventually(
      async () => (await fetch(`${server.url}/metrics`)).text(),
      (text) => /^recollect_texts_queued 0$/m.test(text),
    )
    const [, query = ''] = /"query":"([^"]+)"/.exec(first.stdout) ?? []
    const recalled = await api('POST', `/v1/Stores/${store}/Profiles/${star}/Recall`, { query })
    expect(recalled.body.observations[0].content).toContain('allergic')
    const [merged] = await lookup(api, store, 'email', 'ines.okafor@example.org')
    const { merges } = (await api('GET', `/recollect/v1/Stores/${store}/Profiles/${merged}/Merges`)).body
    expect(merges).toHaveLength(1)

    const second = await play(env)
    expect(second).toMatchObject({ code: 0, stderr: '' })
    const again = readOutput(second.stdout)
    expect(again.store).toBe(store)
    expect(await countContent(createApi(server, again.account), store)).toEqual(before)
  })

  it('takes the credentials it is given', async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    const { code } = await play({
      RECOLLECT_URL: server.url,
      RECOLLECT_USERNAME: server.account.sid,
      RECOLLECT_PASSWORD: server.account.token,
    })
    expect(code).toBe(0)
    expect((await createApi(server)('GET', '/v1/ControlPlane/Stores')).body.stores).toHaveLength(1)
  })

  it('says what to do when it gets no further', async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    const nobody = await play({ RECOLLECT_URL: `http://127.0.0.1:${await findFreePort()}` })
    expect(nobody.code).toBe(1)
    expect(linesOf(nobody.stderr)).toEqual([expect.stringContaining('start it')])
    const elsewhere = await play({
      RECOLLECT_URL: server.url,
      RECOLLECT_DATA_DIR: await temporaryFolder(),
    })
    expect(elsewhere.code).toBe(1)
    expect(elsewhere.stderr).toContain('RECOLLECT_PASSWORD=')
  })

  it('starts a server when there is none, and ends it when it is told to', async () => {
    const env = { PORT: String(await findFreePort()), RECOLLECT_DATA_DIR: await temporaryFolder() }
    const demo = spawn(process.execPath, ARGUMENTS, {
      env: { PATH: process.env.PATH, ...(await databaseEnv(env.RECOLLECT_DATA_DIR)), ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void demo.kill('SIGTERM'))
    let printed = ''
    demo.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    const output = await eventually(
      async () => printed,
      (text) => text.includes('Ctrl+C'),
      100_000,
    )
    const url = `http://127.0.0.1:${env.PORT}`
    const { account } = readOutput(output.slice(output.indexOf('/console')))
    expect((await createApi({ url, account })('GET', '/v1/ControlPlane/Stores')).body.stores).toHaveLength(1)
    demo.kill('SIGTERM')
    expect(await new Promise((resolve) => demo.once('exit', resolve))).toBe(0)
    await expect(fetch(url)).rejects.toThrow()
  })
})
