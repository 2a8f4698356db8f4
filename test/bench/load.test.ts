import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LoadRequest, measure } from '../../bench/load.js'

/** What the load generator of the benchmark really sends: a load that is not what it says measures something else. */

const seen: IncomingMessage[] = []
const server = createServer((request, response) => {
  seen.push(request)
  request.resume()
  request.on('end', () => response.writeHead(request.url === '/refused' ? 400 : 200).end('{}'))
})

let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

// One connection: it sends both kinds, one after the other.
const load = { connections: 1, seconds: 0.2, authorization: 'Basic b3duZXI6a2V5' }

it('sends each request of a mixed load as it is, and tells reads from writes', async () => {
  seen.length = 0
  let count = 0
  const next = (): LoadRequest =>
    count++ % 2 === 0
      ? { method: 'POST', path: '/write', body: { name: 'Ada' }, kind: 'write' }
      : { method: 'GET', path: '/read', kind: 'read' }
  const { byKind, requests } = await measure(url, { ...load, next, mixed: true })
  const reads = seen.filter(({ method }) => method === 'GET')
  const writes = seen.filter(({ method }) => method === 'POST')
  expect(reads.length).toBeGreaterThan(0)
  expect(writes.length).toBeGreaterThan(0)
  expect(requests).toBeLessThanOrEqual(seen.length)
  expect(new Set(reads.map(({ headers }) => headers['content-length']))).toEqual(new Set([undefined]))
  expect(new Set(writes.map(({ headers }) => headers['content-length']))).toEqual(new Set(['14']))
  expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set([load.authorization]))
  expect(byKind?.read.p99).toBeGreaterThanOrEqual(byKind?.read.p50 ?? Number.NaN)
  expect(byKind?.write.p99).toBeGreaterThanOrEqual(byKind?.write.p50 ?? Number.NaN)
})

it('counts no refusal as throughput', async () => {
  await expect(measure(url, { ...load, next: () => ({ method: 'GET', path: '/refused' }) })).rejects.toThrow('"400"')
})
