import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { basic } from '../support/api.js'
import { useOwnServer } from '../support/use-server.js'
import { attack } from './attack.js'

const IDLE = 10_000
const SLOW = 1000
const OPENED_AT_ONCE = 200
const HOLD_MS = 8000
const DRIP_MS = 500

const { server, api, store } = useOwnServer()

function open(): Promise<Socket> {
  const { hostname, port } = new URL(server().url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => resolve(socket))
    socket.once('error', reject)
    socket.on('error', () => undefined)
  })
}

async function openMany(count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(OPENED_AT_ONCE, count - sockets.length) }, open))))
  }
  return sockets
}

const hold = () => new Promise((resolve) => setTimeout(resolve, HOLD_MS))

it(`${IDLE} idle connections keep nobody waiting`, async () => {
  await attack(server(), `${IDLE} idle connections`, `/v1/Stores/${store()}/Profiles`, async () => {
    const sockets = await openMany(IDLE)
    await hold()
    expect(sockets.filter(({ destroyed }) => !destroyed).length).toBe(IDLE)
    for (const socket of sockets) socket.destroy()
  })
})

it(`${SLOW} connections that send headers or bodies a byte at a time keep nobody waiting`, async () => {
  const path = `/v1/Stores/${store()}/Profiles`
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${basic(server().account)}\r\n`
  await attack(server(), `${SLOW} slow connections`, path, async () => {
    const sockets = await openMany(SLOW)
    for (const [index, socket] of sockets.entries()) {
      socket.write(index % 2 === 0 ? head : `${head}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{`)
    }
    const timer = setInterval(() => {
      for (const [index, socket] of sockets.entries())
        if (!socket.destroyed) socket.write(index % 2 === 0 ? 'x: y\r\n' : ' ')
    }, DRIP_MS)
    await hold()
    clearInterval(timer)
    for (const socket of sockets) socket.destroy()
  })
  expect((await api('GET', path)).body.profiles).toEqual([])
})
