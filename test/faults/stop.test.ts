import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Api, createApi, createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { jobsQueued, listProfileIds, lookup } from '../support/profile.js'
import type { TestServer } from '../support/server.js'
import { connectRaw, type RawConnection, requestHead, statusesOf } from './raw.js'
import { createRestartable } from './restart.js'

const STOP_MS = 10_000

/** Sends the signal and resolves with the exit code, if that comes in time. */
function stop(server: TestServer, signal: NodeJS.Signals = 'SIGTERM'): Promise<unknown> {
  const late = sleep(STOP_MS, 'still running', { ref: false })
  return Promise.race([server.kill(signal), late])
}

function stopping(server: TestServer): Promise<boolean> {
  return eventually(
    async () => server.logLines.some((line) => line.includes('"stopping"')),
    (isStopping) => isStopping,
  )
}

interface Unfinished {
  readonly connection: RawConnection
  readonly rest: string
}

/** Begins a create whose body is not whole yet, and waits until the server asks for the body: then it is in flight. */
async function beginCreate(server: TestServer, store: string, email: string): Promise<Unfinished> {
  const body = JSON.stringify({ traits: { Contact: { email } } })
  const connection = await connectRaw(server)
  const headers = { 'content-length': body.length, expect: '100-continue' }
  connection.send(requestHead(server, `POST /v1/Stores/${store}/Profiles`, headers))
  await eventually(
    async () => statusesOf(connection.received()),
    ([status]) => status === 100,
  )
  connection.send(body.slice(0, 10))
  return { connection, rest: body.slice(10) }
}

it('SIGTERM: requests in flight are answered and stored, new ones are not taken, the exit code is 0', async () => {
  const folder = await createRestartable()
  const server = await folder.start()
  const store = await createStore(createApi(server))
  const emails = Array.from({ length: 20 }, (_, index) => `flight-${index}@example.com`)
  const flights = await Promise.all(emails.map((email) => beginCreate(server, store, email)))
  const stopped = stop(server)
  await stopping(server)
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
  for (const { connection, rest } of flights) connection.send(rest)
  await Promise.all(flights.map(({ connection }) => connection.closed))
  for (const { connection } of flights) {
    expect(statusesOf(connection.received())).toEqual([100, 202])
    // So that the client does not send its next request into a connection that ends, and the stop need not wait for it.
    expect(connection.received()).toMatch(/^connection: close\r$/im)
  }
  expect(await stopped).toBe(0)

  const again = createApi(await folder.start())
  for (const email of emails) expect(await lookup(again, store, 'email', email)).toHaveLength(1)
})

it('SIGTERM: a request behind one in flight is answered in the form of the API', async () => {
  const folder = await createRestartable()
  const server = await folder.start()
  const store = await createStore(createApi(server))
  const { connection, rest } = await beginCreate(server, store, 'first@example.com')
  const stopped = stop(server)
  await stopping(server)
  connection.send(rest + requestHead(server, `GET /v1/Stores/${store}/Profiles`))
  await connection.closed
  expect(await stopped).toBe(0)

  const [proceed, first, second, ...others] = statusesOf(connection.received())
  expect({ proceed, first, others }).toEqual({ proceed: 100, first: 202, others: [] })
  // The connection may be closed behind the first answer, the second request answered, or refused properly.
  if (second === undefined || second === 200) return
  expect(second).toBe(503)
  expect(connection.received()).toMatch(/"code":20503/)
  expect(connection.received().match(/Twilio-Request-Id/gi)).toHaveLength(2)
})

it('SIGTERM under load: whatever was acknowledged is there', async () => {
  const folder = await createRestartable()
  const server = await folder.start()
  const api = createApi(server)
  const store = await createStore(api)
  const acknowledged: string[] = []
  const statuses = new Set<number>()
  const write = async (writer: number) => {
    for (let count = 0; ; count += 1) {
      const email = `load-${writer}-${count}@example.com`
      const body = { traits: { Contact: { email } } }
      const answer = await api('POST', `/v1/Stores/${store}/Profiles`, body).catch(() => undefined)
      if (answer === undefined) return
      statuses.add(answer.status)
      if (answer.status !== 202) expect(answer.body.code).toBe(20503)
      else acknowledged.push(email)
    }
  }
  const writing = Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)))
  await eventually(
    async () => acknowledged.length,
    (count) => count > 200,
  )
  expect(await stop(server)).toBe(0)
  await writing
  expect([...statuses].filter((status) => status !== 202 && status !== 503)).toEqual([])

  const again = createApi(await folder.start())
  expect((await listProfileIds(again, store)).length).toBeGreaterThanOrEqual(acknowledged.length)
  for (const email of acknowledged) expect(await lookup(again, store, 'email', email)).toHaveLength(1)
})

it('SIGTERM during an import and bulk batches: both go on after the next start, where they were', async () => {
  const folder = await createRestartable()
  const server = await folder.start()
  const api = createApi(server)
  const store = await createStore(api)
  const rows = 30_000
  const csv = ['mail,name', ...Array.from({ length: rows }, (_, row) => `s-${row}@example.com,Name ${row}`), ''].join(
    '\n',
  )
  const id = await uploadCsv(api, store, csv, { mail: 'Contact.email', name: 'Contact.firstName' })
  const batchStore = await createStore(api)
  for (let batch = 0; batch < 6; batch += 1) await sendBatch(api, batchStore, batch)
  const before = await eventually(
    () => rowsDone(api, store, id),
    (done) => done > 0,
  )
  expect(await stop(server)).toBe(0)
  expect(server.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([])

  const next = await folder.start()
  const again = createApi(next)
  expect(await rowsDone(again, store, id)).toBeGreaterThanOrEqual(before)
  const { body } = await importEnd(again, store, id)
  expect(body).toMatchObject({ status: 'COMPLETED', summary: { errors: 0, warnings: 0 } })
  await eventually(
    () => jobsQueued(next.url),
    (count) => count === 0,
    60_000,
  )
  expect(await listProfileIds(again, store)).toHaveLength(rows)
  expect(await listProfileIds(again, batchStore)).toHaveLength(6 * 1000)
})

function sendBatch(api: Api, store: string, batch: number) {
  const profiles = Array.from({ length: 1000 }, (_, index) => ({
    traits: { Contact: { email: `b-${batch}-${index}@example.com` } },
  }))
  return api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles })
}

async function rowsDone(api: Api, store: string, id: string): Promise<number> {
  const { body } = await api('GET', `/recollect/v1/Stores/${store}/Profiles/Imports/${id}`)
  return body.rowsDone
}

it.each(['SIGTERM', 'SIGINT'] as const)('%s: clients that never finish do not keep the server', async (signal) => {
  const folder = await createRestartable()
  const server = await folder.start()
  const api = createApi(server)
  const store = await createStore(api)
  await beginCreate(server, store, 'never@example.com')
  const idle = await connectRaw(server)
  const head = await connectRaw(server)
  head.send('GET /healthz HTTP/1.1\r\nhost: ')
  const answered = await connectRaw(server)
  answered.send(requestHead(server, 'GET /healthz'))
  await eventually(
    async () => statusesOf(answered.received()),
    ([status]) => status === 200,
  )
  expect(await stop(server, signal)).toBe(0)
  await Promise.all([idle.closed, head.closed, answered.closed])
})
