import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Requests of one connection that are worked on at once; what was sent behind them waits. */
const MAX_AT_ONCE = 4
/** Who sends more than so many without having read the answers is cut off: what waits takes memory too. */
const MAX_UNANSWERED = 200
const SWEEP_MS = 1000
/** An upload that brings less than this in so many seconds has stalled. */
const STALL_SECONDS = 30
const STALL_BYTES = 30 * 1024

export interface ConnectionLimits {
  /** How long a request may take to arrive, in seconds. */
  readonly requestSeconds: number
  /** The same for an upload. */
  readonly uploadSeconds: number
  /** Whether the path is that of an upload. */
  readonly isUpload: (url: string) => boolean
  /** Answers a request that came too slowly and closes its connection. */
  readonly refuse: (socket: Socket) => void
}

interface Connection {
  /** The latest request, until it is seen to be there whole; `since` when, in seconds of this process. */
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
  since: number
  unanswered: number
  /** Starts of requests that wait for answers before them. */
  readonly waiting: (() => void)[]
  /** Bytes of a request when it was last found to go on, and when. */
  progress: { of: IncomingMessage; bytes: number; at: number } | undefined
}

/**
 * Keeps clients from holding more than they should: requests that do not arrive are cut off, with more time for uploads
 * that go on; of requests sent one behind the other a few are worked on at once, so that the answers of a client that
 * does not read them do not pile up.
 */
export function limitConnections(app: FastifyInstance, limits: ConnectionLimits): void {
  const connections = new Map<Socket, Connection>()
  const server: Server = app.server
  let seconds = 0
  // Before the handler of the framework, which asks for the connection at once.
  server.prependListener('request', (request, response) => {
    const connection = connectionOf(connections, request.socket)
    connection.request = request
    connection.response = response
    connection.since = seconds
    connection.unanswered += 1
    response.once('close', () => {
      connection.unanswered -= 1
      connection.waiting.shift()?.()
    })
    if (connection.unanswered > MAX_UNANSWERED) {
      connection.waiting.length = 0
      request.socket.destroy()
    }
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const connection = connections.get(request.raw.socket)
    if (connection === undefined || connection.unanswered - connection.waiting.length <= MAX_AT_ONCE) done()
    else connection.waiting.push(done)
  })
  const timer = setInterval(() => {
    seconds += SWEEP_MS / 1000
    for (const [socket, connection] of connections) sweep(socket, connection, seconds, limits)
  }, SWEEP_MS)
  timer.unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

function connectionOf(connections: Map<Socket, Connection>, socket: Socket): Connection {
  const known = connections.get(socket)
  if (known !== undefined) return known
  const made: Connection = {
    request: undefined,
    response: undefined,
    since: 0,
    unanswered: 0,
    waiting: [],
    progress: undefined,
  }
  connections.set(socket, made)
  socket.once('close', () => {
    made.waiting.length = 0
    connections.delete(socket)
  })
  return made
}

function sweep(socket: Socket, connection: Connection, now: number, limits: ConnectionLimits): void {
  const { request, response, since } = connection
  if (request === undefined || response === undefined) return
  if (request.complete) {
    forget(connection)
    return
  }
  // Once refused, the rest of an upload is only read so that the client hears of it.
  const isUpload = !response.writableEnded && limits.isUpload(request.url ?? '')
  const isLate = now - since > (isUpload ? limits.uploadSeconds : limits.requestSeconds)
  if (!isLate && !(isUpload && hasStalled(socket, request, connection, now))) return
  forget(connection)
  // Behind another answer, or in the middle of its own, a refusal would not be understood.
  if (response.headersSent || connection.unanswered > 1) socket.destroy()
  else limits.refuse(socket)
}

function forget(connection: Connection): void {
  connection.request = undefined
  connection.response = undefined
  connection.progress = undefined
}

function hasStalled(socket: Socket, request: IncomingMessage, connection: Connection, now: number): boolean {
  const { progress } = connection
  if (progress?.of === request && now - progress.at < STALL_SECONDS) return false
  connection.progress = { of: request, bytes: socket.bytesRead, at: now }
  if (progress?.of !== request) return false
  const isSlow = socket.bytesRead - progress.bytes < STALL_BYTES
  // What came and was not taken yet is not the client's fault.
  return isSlow && request.readableLength === 0
}
