import { expect, it } from 'vitest'
import { type Answer, type Api, createApi, createStore, eventually, importEnd } from '../support/api.js'
import { createProfile, jobsQueued, listProfileIds, lookup } from '../support/profile.js'
import type { TestServer } from '../support/server.js'
import { findContradictions } from './database.js'
import { mayMount, mountSmallDisk } from './disk.js'
import { createRestartable } from './restart.js'

const itOnDisk = it.skipIf(!(await mayMount()))
const WRITERS = 16
const ROUNDS = 4

/** E-mail addresses of the creates that were acknowledged and that were refused. */
interface Outcome {
  readonly stored: string[]
  readonly refused: string[]
}

itOnDisk('a full disk refuses writes with 503, goes on reading, and goes on writing when there is room', async () => {
  const disk = await mountSmallDisk(16)
  const folder = await createRestartable({ dataDir: disk.folder })
  const server = await folder.start()
  const api = createApi(server)
  const store = await createStore(api)
  const outcome: Outcome = { stored: [], refused: [] }
  await create(api, store, 'before@example.com', outcome)

  for (let round = 0; round < ROUNDS; round += 1) {
    await disk.fill(round * 100_000)
    await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) => writeUntilRefused(api, store, `r${round}-w${writer}`, outcome)),
    )
    await expectReads(api, store, outcome)
    expectLogged(server)
    await disk.makeRoom()
    await eventually(
      () => create(api, store, `after-${round}@example.com`, outcome),
      ({ status }) => status === 202,
    )
  }
  await server.kill('SIGKILL')
  expect(await findContradictions(folder.dataDir)).toEqual({})
  await expectStored(createApi(await folder.start()), store, outcome)
})

async function create(api: Api, store: string, email: string, outcome: Outcome): Promise<Answer> {
  const traits = { Contact: { email, city: 'Long enough to need room of its own. '.repeat(20) } }
  const answer = await api('POST', `/v1/Stores/${store}/Profiles`, { traits })
  if (answer.status === 202) outcome.stored.push(email)
  else {
    expectUnavailable(answer)
    outcome.refused.push(email)
  }
  return answer
}

async function writeUntilRefused(api: Api, store: string, name: string, outcome: Outcome): Promise<void> {
  for (let count = 0; ; count += 1) {
    const { status } = await create(api, store, `${name}-${count}@example.com`, outcome)
    if (status !== 202) return
  }
}

function expectUnavailable({ status, body, headers }: Answer): void {
  expect({ status, body }).toEqual({
    status: 503,
    body: { code: 20503, message: expect.any(String), more_info: expect.any(String), status: 503 },
  })
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  expect(headers.get('twilio-request-id')).toMatch(/^RQ[0-9a-f]{32}$/)
}

async function expectReads(api: Api, store: string, { stored, refused }: Outcome): Promise<void> {
  const [id] = await lookup(api, store, 'email', stored.at(-1) ?? '')
  expect((await api('GET', `/v1/Stores/${store}/Profiles/${id}`)).status).toBe(200)
  expect((await api('GET', `/v1/Stores/${store}/Profiles`)).status).toBe(200)
  expect((await api('GET', '/healthz')).status).toBe(200)
  // What was refused was not applied, not even in part.
  for (const email of refused.slice(-WRITERS)) expect(await lookup(api, store, 'email', email)).toEqual([])
}

function expectLogged(server: TestServer): void {
  const line = server.logLines.find((text) => text.includes('"level":"error"') && text.includes('SQLITE_FULL'))
  expect(line).toMatch(/"request":"RQ[0-9a-f]{32}"/)
  expect(server.logLines.join('\n')).not.toContain('example.com')
}

async function expectStored(api: Api, store: string, { stored, refused }: Outcome): Promise<void> {
  expect(await listProfileIds(api, store)).toHaveLength(stored.length)
  for (const email of stored) expect(await lookup(api, store, 'email', email)).toHaveLength(1)
  for (const email of refused) expect(await lookup(api, store, 'email', email)).toEqual([])
}

itOnDisk('on a full disk every kind of write is refused the same way', async () => {
  const disk = await mountSmallDisk(16)
  const server = await (await createRestartable({ dataDir: disk.folder })).start()
  const api = createApi(server)
  const store = await createStore(api)
  const id = await createProfile(api, store, { Contact: { email: 'before@example.com' } })
  const pending = await createImport(api, store)
  await disk.fill()
  await writeUntilRefused(api, store, 'filler', { stored: [], refused: [] })

  const profiles = Array.from({ length: 100 }, (_, index) => ({ traits: { Contact: { chat: `c-${index}` } } }))
  expectUnavailable(
    await api('PATCH', `/v1/Stores/${store}/Profiles/${id}`, { traits: { Contact: { city: 'X'.repeat(9000) } } }),
  )
  expectUnavailable(await api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles }))
  expectUnavailable(await createImport(api, store))
  expectUnavailable(await api('PUT', pending.body.url, CSV, { 'content-type': 'text/csv' }))
  expectUnavailable(
    await api('POST', '/v1/ControlPlane/Stores', { displayName: 'one-more', description: 'X'.repeat(100) }),
  )
  const path = `/v1/Stores/${store}/Profiles/Imports/${pending.body.importId}`
  expect((await api('GET', path)).body.status).toBe('PENDING')

  await disk.makeRoom()
  await eventually(
    () => api('PUT', pending.body.url, CSV, { 'content-type': 'text/csv' }),
    ({ status }) => status === 200,
  )
  expect((await importEnd(api, store, pending.body.importId)).body.status).toBe('COMPLETED')
  expect((await api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles })).status).toBe(202)
  expect((await api('DELETE', `/v1/Stores/${store}/Profiles/${id}`)).status).toBe(202)
})

const ROWS = 8000
const CSV = ['mail,name', ...Array.from({ length: ROWS }, (_, row) => `d-${row}@example.com,Name ${row}`), ''].join(
  '\n',
)

function createImport(api: Api, store: string): Promise<Answer> {
  return api('POST', `/v1/Stores/${store}/Profiles/Imports`, {
    filename: 'people.csv',
    fileSize: Buffer.byteLength(CSV),
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: 'name', traitGroup: 'Contact', traitName: 'firstName' },
    ],
  })
}

itOnDisk('an import and bulk batches that meet a full disk go on when there is room', async () => {
  const disk = await mountSmallDisk(32)
  const folder = await createRestartable({ dataDir: disk.folder })
  const server = await folder.start()
  const api = createApi(server)
  const store = await createStore(api)
  const batchStore = await createStore(api)
  const { importId, url } = (await createImport(api, store)).body
  await disk.fill(2_500_000)
  expect((await api('PUT', url, CSV, { 'content-type': 'text/csv' })).status).toBe(200)
  const profiles = Array.from({ length: 1000 }, (_, index) => ({ traits: { Contact: { chat: `c-${index}` } } }))
  const accepted = (await api('PUT', `/v1/Stores/${batchStore}/Profiles/Bulk`, { profiles })).status === 202
  await eventually(
    async () => server.logLines.some((line) => line.includes('job failed') && line.includes('SQLITE_FULL')),
    (failed) => failed,
  )
  const path = `/v1/Stores/${store}/Profiles/Imports/${importId}`
  expect((await api('GET', path)).body.status).toBe('PROCESSING')

  await disk.makeRoom()
  const { body } = await importEnd(api, store, importId, 90_000)
  expect(body).toMatchObject({ status: 'COMPLETED', summary: { errors: 0, warnings: 0 } })
  await eventually(
    () => jobsQueued(server.url),
    (count) => count === 0,
    90_000,
  )
  expect(await listProfileIds(api, store)).toHaveLength(ROWS)
  expect(await listProfileIds(api, batchStore)).toHaveLength(accepted ? 1000 : 0)
  expect(await server.kill('SIGTERM')).toBe(0)
  expect(await findContradictions(folder.dataDir)).toEqual({})
})

itOnDisk('a server that is killed on a full disk loses nothing', async () => {
  const disk = await mountSmallDisk(16)
  const folder = await createRestartable({ dataDir: disk.folder })
  const server = await folder.start()
  const store = await createStore(createApi(server))
  const outcome: Outcome = { stored: [], refused: [] }
  await disk.fill()
  await writeUntilRefused(createApi(server), store, 'full', outcome)
  await server.kill('SIGKILL')

  // It may start and read, or say that it cannot; either way nothing is lost.
  const start = await folder.start().catch((error: Error) => error)
  if (start instanceof Error) expect(start.message).toMatch(/ended with code 69/)
  else {
    await expectStored(createApi(start), store, outcome)
    expect(await start.kill('SIGTERM')).toBe(0)
  }
  await disk.makeRoom()
  const api = createApi(await folder.start())
  await expectStored(api, store, outcome)
  expect((await create(api, store, 'after@example.com', outcome)).status).toBe(202)
})
