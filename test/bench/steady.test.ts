import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { measureSteady } from '../../bench/steady.js'

/** Holds every answer back until it is told to let go. */
const held: (() => void)[] = []
let holds = false
const server = createServer((request, response) => {
  const answer = () => response.writeHead(request.url === '/missing' ? 404 : 200).end('{}')
  if (holds) held.push(answer)
  else answer()
})

let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const load = { perSecond: 200, authorization: 'Basic b3duZXI6a2V5', nextPath: () => '/there' }

it('asks on while the server stands still, and counts each of those requests', async () => {
  holds = true
  const { requests, p50, p99, max } = await measureSteady(url, load, async () => {
    while (held.length < 10) await sleep(5)
    holds = false
    for (const answer of held) answer()
  })
  expect(requests).toBeGreaterThanOrEqual(10)
  expect(p99).toBeGreaterThanOrEqual(p50)
  expect(max).toBeGreaterThanOrEqual(p99)
})

it('ends with the error of a request that was refused', async () => {
  await expect(measureSteady(url, { ...load, nextPath: () => '/missing' }, () => sleep(50))).rejects.toThrow('404')
})

it('ends with the error of the work', async () => {
  const fail = async () => {
    throw new Error('the work failed')
  }
  await expect(measureSteady(url, load, fail)).rejects.toThrow('the work failed')
})
