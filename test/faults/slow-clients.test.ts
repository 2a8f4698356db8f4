import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Api, createApi, createStore, eventually } from '../support/api.js'
import type { TestServer } from '../support/server.js'
import { connectRaw, type RawConnection, requestHead, statusesOf } from './raw.js'
import { countOpenFiles, createRestartable } from './restart.js'

/** By then every connection that does not come forward is closed: 15 s for headers, 30 s of silence, 20 s for a body. */
const CUT_OFF_MS = 90_000
const DRIP_MS = 1000
const REQUEST_TIMEOUT_SECONDS = 20

/** A kind of client that keeps a connection for itself. */
interface Kind {
  readonly name: string
  readonly count: number
  /** What it sends at first. */
  readonly opening: (server: TestServer, target: Target) => string
  /** What it sends again and again. */
  readonly drip?: string
  /** Whether it ends its side of the connection behind the opening. */
  readonly halfClosed?: boolean
  /** Whether it is told why, before the connection is closed. */
  readonly answered?: number
}

interface Target {
  readonly profiles: string
  readonly upload: string
}

const BODY_THAT_NEVER_ENDS = { 'content-type': 'application/json', 'content-length': 1000 }

const KINDS: readonly Kind[] = [
  { name: 'silent from the start', count: 200, opening: () => '' },
  { name: 'half a request line', count: 50, opening: () => 'GET /healthz HT', answered: 408 },
  {
    name: 'headers one by one, without end',
    count: 50,
    opening: () => 'GET /healthz HTTP/1.1\r\nhost: x\r\n',
    drip: 'x-more: y\r\n',
    answered: 408,
  },
  {
    name: 'a body that stops',
    count: 30,
    opening: (server, { profiles }) => `${requestHead(server, `POST ${profiles}`, BODY_THAT_NEVER_ENDS)}{"tr`,
    answered: 408,
  },
  {
    name: 'a body that never ends',
    count: 30,
    opening: (server, { profiles }) => `${requestHead(server, `POST ${profiles}`, BODY_THAT_NEVER_ENDS)}{`,
    drip: ' ',
    answered: 408,
  },
  {
    name: 'an upload that never ends',
    count: 10,
    opening: (server, { upload }) => `${requestHead(server, `PUT ${upload}`, { 'content-length': 1000 })}mail`,
    drip: 'x',
  },
  { name: 'half closed, half a request', count: 30, opening: () => 'GET /healthz HTTP/1.1\r\nhost', halfClosed: true },
  {
    name: 'half closed in the body',
    count: 10,
    opening: (server, { profiles }) => `${requestHead(server, `POST ${profiles}`, BODY_THAT_NEVER_ENDS)}{`,
    halfClosed: true,
  },
]

it('slow, silent and half-open clients are cut off and keep nobody else waiting', async () => {
  const env = { RECOLLECT_REQUEST_TIMEOUT_SECONDS: String(REQUEST_TIMEOUT_SECONDS) }
  const server = await (await createRestartable({ env })).start()
  const api = createApi(server)
  const target = await createTarget(api)
  await waitUntilCutBack(server)
  const before = await countOpenFiles(server)
  const slow = await Promise.all(
    KINDS.flatMap((kind) => Array.from({ length: kind.count }, () => openSlow(server, kind, target))),
  )
  expect(await countOpenFiles(server)).toBeGreaterThan(before + 200)

  let over = false
  const others = workMeanwhile(api, target.profiles, () => over)
  try {
    await eventually(
      async () => slow.filter(({ connection }) => !connection.socket.destroyed).map(({ kind }) => kind.name),
      (open) => open.length === 0,
      CUT_OFF_MS,
    )
  } finally {
    over = true
  }
  const done = await others
  expect(new Set(done)).toEqual(new Set([202]))
  expect(done.length).toBeGreaterThan(100)

  for (const { kind, connection } of slow) {
    if (kind.answered === undefined) continue
    expect({ kind: kind.name, statuses: statusesOf(connection.received()) }).toEqual({
      kind: kind.name,
      statuses: [kind.answered],
    })
    expect(connection.received()).toMatch(/"code":\d+,"message":.*"status":408/)
    expect(connection.received()).toMatch(/twilio-request-id: RQ[0-9a-f]{32}/i)
  }
  await eventually(
    () => countOpenFiles(server),
    (count) => count <= before + 4,
  )
  expect(server.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([])
})

/** Until the log was cut back: the thread that does it starts then, and has files of its own. */
async function waitUntilCutBack({ dataDir }: TestServer): Promise<void> {
  const sizeOfLog = async () => (await stat(join(dataDir, 'recollect.db-wal'))).size
  await eventually(sizeOfLog, (size) => size === 0, 30_000)
}

/** Something to write to, and the address of an upload. */
async function createTarget(api: Api): Promise<Target> {
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
  return { profiles, upload: pathname + search }
}

interface SlowClient {
  readonly kind: Kind
  readonly connection: RawConnection
}

async function openSlow(server: TestServer, kind: Kind, target: Target): Promise<SlowClient> {
  const connection = await connectRaw(server)
  connection.send(kind.opening(server, target))
  if (kind.halfClosed) connection.socket.end()
  const { drip } = kind
  if (drip !== undefined) {
    const timer = setInterval(() => connection.send(drip), DRIP_MS)
    void connection.closed.then(() => clearInterval(timer))
  }
  return { kind, connection }
}

/** What everybody else does in the meantime; resolves with the statuses. */
async function workMeanwhile(api: Api, profiles: string, isOver: () => boolean): Promise<number[]> {
  const statuses: number[] = []
  for (let count = 0; !isOver(); count += 1) {
    const traits = { Contact: { email: `meanwhile-${count}@example.com` } }
    statuses.push((await api('POST', profiles, { traits })).status)
    await sleep(20)
  }
  return statuses
}

it('a request that needs longer than its time to arrive is not applied', async () => {
  const server = await (await createRestartable({ env: { RECOLLECT_REQUEST_TIMEOUT_SECONDS: '2' } })).start()
  const api = createApi(server)
  const store = await createStore(api)
  const body = JSON.stringify({ traits: { Contact: { email: 'late@example.com' } } })
  const connection = await connectRaw(server)
  connection.send(requestHead(server, `POST /v1/Stores/${store}/Profiles`, { 'content-length': body.length }))
  connection.send(body.slice(0, -1))
  await connection.closed
  expect(statusesOf(connection.received())).toEqual([408])
  expect((await api('GET', `/v1/Stores/${store}/Profiles`)).body.profiles).toEqual([])
})
