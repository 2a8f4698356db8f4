import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Answer, type Api, createApi, createStore, eventually, importEnd } from '../support/api.js'
import { lookup } from '../support/profile.js'
import type { TestServer } from '../support/server.js'
import { connectRaw, requestHead, statusesOf } from './raw.js'
import { createRestartable, randomBetween } from './restart.js'

const ROUNDS = 3
const ROWS = 5000

const CSV = ['mail,name', ...Array.from({ length: ROWS }, (_, row) => `up-${row}@example.com,Name ${row}`), ''].join(
  '\n',
)

it('SIGKILL during the upload leaves the import PENDING, and the same address takes the file afterwards', async () => {
  const folder = await createRestartable()
  let server = await folder.start()
  const store = await createStore(createApi(server))

  for (let round = 1; round <= ROUNDS; round += 1) {
    const { importId, url } = (await createImport(createApi(server), store)).body
    const sent = randomBetween(1, Buffer.byteLength(CSV) - 1)
    await uploadAndKill(server, url, sent)
    server = await folder.start()
    const api = createApi(server)
    const path = `/v1/Stores/${store}/Profiles/Imports/${importId}`
    expect({ sent, status: (await api('GET', path)).body.status }).toEqual({ sent, status: 'PENDING' })

    // The address is signed without its origin; the port is another one now.
    const { pathname, search } = new URL(url)
    const upload = await fetch(server.url + pathname + search, { method: 'PUT', body: CSV })
    expect(upload.status).toBe(200)
    const end = await importEnd(api, store, importId)
    expect(end.body).toMatchObject({ status: 'COMPLETED', summary: { errors: 0, warnings: 0 } })
    expect(await lookup(api, store, 'email', `up-${ROWS - 1}@example.com`)).toHaveLength(1)
  }
})

it('SIGKILL right after the upload was accepted starts the import again', async () => {
  const folder = await createRestartable()
  let server = await folder.start()
  const store = await createStore(createApi(server))
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { importId, url } = (await createImport(createApi(server), store)).body
    expect((await fetch(url, { method: 'PUT', body: CSV })).status).toBe(200)
    await server.kill('SIGKILL')
    server = await folder.start()
    const end = await importEnd(createApi(server), store, importId)
    expect(end.body).toMatchObject({ status: 'COMPLETED', summary: { errors: 0, warnings: 0 } })
  }
})

it('an upload that the client breaks off leaves the import PENDING', async () => {
  const folder = await createRestartable()
  const server = await folder.start()
  const api = createApi(server)
  const store = await createStore(api)
  const { importId, url } = (await createImport(api, store)).body
  const upload = beginUpload(url)
  upload.write(CSV.slice(0, 100_000))
  const uploads = () => readdir(join(folder.dataDir, 'uploads')).catch(() => [])
  await eventually(uploads, (names) => names.length === 1)
  upload.destroy()
  await eventually(uploads, (names) => names.length === 0)
  expect((await api('GET', `/v1/Stores/${store}/Profiles/Imports/${importId}`)).body.status).toBe('PENDING')
  expect((await fetch(url, { method: 'PUT', body: CSV })).status).toBe(200)
  expect((await importEnd(api, store, importId)).body.status).toBe('COMPLETED')
  // A client that goes away is no fault of the server.
  expect(server.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([])
})

it.each([
  ['larger than announced', 413, CSV.length],
  ['of nobody', 403, CSV.length],
])('an upload that is refused (%s) does not leave its connection hanging', async (name, status, size) => {
  const server = await (await createRestartable()).start()
  const api = createApi(server)
  const { url } = (await createImport(api, await createStore(api), 1000)).body
  const { pathname, search } = new URL(url)
  const path = status === 403 ? pathname + search.replace(/.$/, '-') : pathname + search
  const connection = await connectRaw(server)
  connection.send(requestHead(server, `PUT ${path}`, { 'transfer-encoding': 'chunked' }))
  connection.send(`${size.toString(16)}\r\n${CSV}\r\n0\r\n\r\n`)
  await eventually(
    async () => statusesOf(connection.received()),
    (statuses) => statuses.length > 0,
  )
  connection.send(requestHead(server, 'GET /healthz'))
  const ended = await eventually(
    async () => (connection.socket.destroyed ? 'closed' : statusesOf(connection.received()).join()),
    (state) => state === 'closed' || state.includes(','),
  )
  expect({ name, ended: ended === 'closed' ? `${status},200` : ended }).toEqual({ name, ended: `${status},200` })
})

function createImport(api: Api, store: string, fileSize = Buffer.byteLength(CSV)): Promise<Answer> {
  return api('POST', `/v1/Stores/${store}/Profiles/Imports`, {
    filename: 'people.csv',
    fileSize,
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: 'name', traitGroup: 'Contact', traitName: 'firstName' },
    ],
  })
}

/** Announces the whole file and sends as much of it as the caller writes. */
function beginUpload(url: string) {
  const upload = request(url, { method: 'PUT', headers: { 'content-length': Buffer.byteLength(CSV) } })
  const closed = new Promise<void>((resolve) => upload.once('close', resolve))
  upload.on('error', () => undefined)
  return {
    write: (text: string) => upload.write(text),
    bufferedLength: () => upload.writableLength,
    destroy: () => upload.destroy(),
    closed,
  }
}

async function uploadAndKill(server: TestServer, url: string, bytes: number): Promise<void> {
  const upload = beginUpload(url)
  upload.write(CSV.slice(0, bytes))
  await eventually(
    async () => upload.bufferedLength(),
    (length) => length === 0,
  )
  expect(await server.kill('SIGKILL')).toBe('SIGKILL')
  await upload.closed
}
