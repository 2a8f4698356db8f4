import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { basic } from './api.js'
import type { TestServer } from './server.js'

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As it came over the wire: nothing is decompressed. */
  readonly body: Buffer
}

export interface RawRequest {
  readonly method?: string
  /** Goes out exactly as it is given. */
  readonly path: string
  /** The account's credentials are sent unless there is an `authorization` here; `false` sends none. */
  readonly headers?: Record<string, string | string[] | false>
  readonly body?: string | Buffer
}

/** A request that `fetch` would not send as it is. */
export function sendRaw(
  server: Pick<TestServer, 'url' | 'account'>,
  { method = 'GET', path, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(server.url)
  const all: RawRequest['headers'] = { authorization: basic(server.account), ...headers }
  const sent = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === false ? [] : [[name, value]])),
  )
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method, path, headers: sent, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) })
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** Writes bytes to a connection and resolves with everything that comes until the server closes it. */
export function sendBytes(server: Pick<TestServer, 'url'>, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes))
    socket.setEncoding('utf8')
    socket.on('data', (text) => {
      received += text
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}
