import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { basic } from '../support/api.js'
import type { TestServer } from '../support/server.js'

/** A connection that sends what it is told to, byte by byte, and keeps what comes back. */
export interface RawConnection {
  readonly socket: Socket
  send(text: string): void
  received(): string
  /** Resolves when the server, or the test, closed the connection. */
  readonly closed: Promise<void>
}

/** Opens a connection that ends with the test at the latest. */
export async function connectRaw(server: TestServer): Promise<RawConnection> {
  const { hostname, port } = new URL(server.url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
  })
  socket.on('error', () => undefined)
  // What the server ended is closed for good: nothing more will come.
  socket.on('end', () => socket.destroy())
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  onTestFinished(() => void socket.destroy())
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, send: (text) => void socket.write(text), received: () => received, closed }
}

/** The head of a request with the server's credentials, up to and with the empty line. */
export function requestHead(server: TestServer, line: string, headers: Record<string, string | number> = {}): string {
  const all = { host: new URL(server.url).host, authorization: basic(server.account), ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return `${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

/** Status of each answer in what was received, in order. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]))
}
