import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, createApi, createStore } from '../support/api.js'
import { startServer, type TestServer } from '../support/server.js'

let server: TestServer
let api: Api
let store: string

beforeAll(async () => {
  server = await startServer()
  api = createApi(server)
  store = await createStore(api)
})
afterAll(() => server.stop())

describe('CreateProfile', () => {
  it('gives the same id for the same phone number in any notation', async () => {
    const ids = new Set<string>()
    for (const phone of ['(317) 555-1234', '1-317-555-1234', '3175551234', '+1 317 555 1234']) {
      const { status, body } = await api('POST', `/v1/Stores/${store}/Profiles`, { traits: { Contact: { phone } } })
      expect(status).toBe(202)
      ids.add(body.id)
    }
    expect(ids.size).toBe(1)
  })
})
