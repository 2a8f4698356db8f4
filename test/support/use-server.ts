import { afterAll, beforeAll } from 'vitest'
import { type Api, createApi, createStore } from './api.js'
import { type ServerOptions, startServer, type TestServer } from './server.js'

export interface UsedServer {
  /** The running server; not before the first test. */
  readonly server: () => TestServer
  readonly api: Api
  /** The same server with another account's credentials. */
  readonly strangerApi: Api
  /** Id of a store of the account, made before the first test. */
  readonly store: () => string
}

/** One server for the tests of a file. */
export function useServer(options: ServerOptions = {}): UsedServer {
  let server: TestServer | undefined
  let storeId = ''
  const running = () => {
    if (server === undefined) throw new Error('the server runs in tests only')
    return server
  }
  const api: Api = (...call) => createApi(running())(...call)
  const strangerApi: Api = (...call) => createApi(running(), running().stranger)(...call)
  beforeAll(async () => {
    server = await startServer(options)
    storeId = await createStore(api)
  })
  afterAll(async () => {
    await server?.stop()
  })
  return { server: running, api, strangerApi, store: () => storeId }
}
