import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type Api, createApi, createStore } from './api.js'
import { newAccount, type ServerOptions, startServer, type TestServer } from './server.js'

export interface UsedServer<Server = TestServer> {
  /** The running server; not before the first test. */
  readonly server: () => Server
  readonly api: Api
  /** The same server with another account's credentials. */
  readonly strangerApi: Api
  /** Id of a store of the account, made before the first test. */
  readonly store: () => string
}

/** A server that others use too: nobody may stop it, and its log is everybody's. */
export type SharedServer = Pick<TestServer, 'url' | 'account' | 'stranger'>

/** Two accounts, of their own, on a server that the files of a test process share. */
export function useServer(): UsedServer<SharedServer> {
  return use(joinSharedServer, async () => undefined)
}

/** A server for the tests of a file alone. */
export function useOwnServer(options: ServerOptions = {}): UsedServer {
  return use(
    () => startServer(options),
    (server) => server.stop(),
  )
}

function use<Server extends SharedServer>(
  start: () => Promise<Server>,
  stop: (server: Server) => Promise<void>,
): UsedServer<Server> {
  let server: Server | undefined
  let storeId = ''
  const running = () => {
    if (server === undefined) throw new Error('the server runs in tests only')
    return server
  }
  const api: Api = (...call) => createApi(running())(...call)
  const strangerApi: Api = (...call) => createApi(running(), running().stranger)(...call)
  beforeAll(async () => {
    server = await start()
    storeId = await createStore(api)
  })
  afterAll(async () => {
    if (server !== undefined) await stop(server)
  })
  return { server: running, api, strangerApi, store: () => storeId }
}

/** More than the files of a run need, two each. */
const ACCOUNTS = 300
const accounts = Array.from({ length: ACCOUNTS }, newAccount)
let shared: Promise<TestServer> | undefined

async function joinSharedServer(): Promise<SharedServer> {
  shared ??= startSharedServer()
  const { url } = await shared
  const [account, stranger] = accounts.splice(0, 2)
  if (account === undefined || stranger === undefined) throw new Error(`${ACCOUNTS} accounts are not enough`)
  return { url, account, stranger }
}

async function startSharedServer(): Promise<TestServer> {
  const env = { RECOLLECT_ACCOUNTS: accounts.map(({ sid, token }) => `${sid}:${token}`).join(',') }
  const dataDir = await mkdtemp(join(tmpdir(), 'recollect-test-'))
  return startServer({ env, dataDir, endsWithParent: true })
}
