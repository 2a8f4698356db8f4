import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createApi, createStore, eventually } from '../support/api.js'
import { createMemoryProfile, observe } from '../support/memory.js'
import { connectRaw, requestHead, statusesOf } from './raw.js'
import { createRestartable } from './restart.js'

const CONNECTIONS = 40
const REQUESTS = 150
const MOST_MORE_BYTES = 200 * 1024 * 1024

async function residentBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
}

it('answers that nobody reads do not pile up, and others are answered meanwhile', async () => {
  const server = await (await createRestartable({})).start()
  const api = createApi(server)
  const store = await createStore(api)
  const person = await createMemoryProfile(api, store)
  await observe(api, person, ...Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(4000)}`))
  await fetch(`${server.url}/openapi.json`)
  const before = await residentBytes(server.url)
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connectRaw(server)))
  const big = `/v1/Stores/${store}/Profiles/${person.id}/Observations?pageSize=50`
  for (const [index, { socket, send }] of connections.entries()) {
    socket.pause()
    send(requestHead(server, `GET ${index % 2 === 0 ? '/openapi.json' : big}`).repeat(REQUESTS))
  }
  let most = before
  for (let second = 0; second < 10; second += 1) {
    await sleep(500)
    most = Math.max(most, await residentBytes(server.url))
  }
  expect(most - before).toBeLessThan(MOST_MORE_BYTES)

  // Who reads on gets every answer.
  const [reader] = connections
  reader?.socket.resume()
  await eventually(
    async () => statusesOf(reader?.received() ?? ''),
    (statuses) => statuses.length === REQUESTS,
    60_000,
  )
})

it('who sends far more than it reads is cut off', async () => {
  const server = await (await createRestartable({})).start()
  const { socket, send, closed } = await connectRaw(server)
  socket.pause()
  send(requestHead(server, 'GET /openapi.json').repeat(3000))
  socket.once('close', () => undefined)
  await eventually(
    async () => {
      socket.resume()
      return socket.destroyed
    },
    (destroyed) => destroyed,
    20_000,
  )
  await closed
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
})

it('an upload may take longer than a request, as long as it goes on', async () => {
  const env = { RECOLLECT_REQUEST_TIMEOUT_SECONDS: '2', RECOLLECT_UPLOAD_TIMEOUT_SECONDS: '60' }
  const server = await (await createRestartable({ env })).start()
  const api = createApi(server)
  const profiles = `/v1/Stores/${await createStore(api)}/Profiles`
  const csv = `mail,name\n${Array.from({ length: 8 }, (_, row) => `slow-${row}@example.com,Slow\n`).join('')}`
  const { body } = await api('POST', `${profiles}/Imports`, {
    filename: 'people.csv',
    fileSize: csv.length,
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: 'name', traitGroup: 'Contact', traitName: 'firstName' },
    ],
  })
  const { pathname, search } = new URL(body.url)
  const connection = await connectRaw(server)
  const head = requestHead(server, `PUT ${pathname}${search}`, { 'content-length': csv.length })
  connection.send(head)
  const piece = Math.ceil(csv.length / 8)
  for (let start = 0; start < csv.length; start += piece) {
    await sleep(800)
    connection.send(csv.slice(start, start + piece))
  }
  await eventually(
    async () => statusesOf(connection.received()),
    (statuses) => statuses.length > 0,
  )
  expect(statusesOf(connection.received())).toEqual([200])
})

it('an upload that has not arrived by its own time is cut off', async () => {
  const server = await (await createRestartable({ env: { RECOLLECT_UPLOAD_TIMEOUT_SECONDS: '3' } })).start()
  const api = createApi(server)
  const profiles = `/v1/Stores/${await createStore(api)}/Profiles`
  const { body } = await api('POST', `${profiles}/Imports`, {
    filename: 'people.csv',
    fileSize: 1000,
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: 'name', traitGroup: 'Contact', traitName: 'firstName' },
    ],
  })
  const { pathname, search } = new URL(body.url)
  const connection = await connectRaw(server)
  connection.send(`${requestHead(server, `PUT ${pathname}${search}`, { 'content-length': 1000 })}mail,name\n`)
  const timer = setInterval(() => connection.send('x'), 500)
  await connection.closed
  clearInterval(timer)
  expect(statusesOf(connection.received())).toEqual([408])
  // It may be tried again.
  expect((await fetch(body.url, { method: 'PUT', body: 'mail,name\n' })).status).toBe(200)
})
