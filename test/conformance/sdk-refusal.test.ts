import twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { runCli } from '../support/cli.js'
import { createSdkClient, type Memory, refusalOf } from '../support/sdk.js'
import { newAccount, startServer, type TestServer } from '../support/server.js'

let server: TestServer
let memory: Memory
let store: string

beforeAll(async () => {
  server = await startServer()
  memory = createSdkClient(server).memory.v1
  store = await createStore(createApi(server))
})
afterAll(() => server.stop())

const UNKNOWN_STORE = 'mem_store_00000000000000000000000000'
const UNKNOWN_PROFILE = 'mem_profile_00000000000000000000000000'

describe('refusals', () => {
  it.each<[string, (memory: Memory) => Promise<unknown>, number, number]>([
    ['an unknown store', () => memory.stores(UNKNOWN_STORE).fetch(), 404, 520041],
    ['a malformed store id', () => memory.stores('nonsense').fetch(), 400, 520049],
    ['an unknown profile', () => memory.profiles(store, UNKNOWN_PROFILE).fetch(), 404, 20404],
    ['an unknown profile to patch', () => memory.profiles(store, UNKNOWN_PROFILE).patch({ traits: {} }), 404, 20404],
    ['an unknown profile to remove', () => memory.profiles(store, UNKNOWN_PROFILE).remove(), 404, 20404],
    ['a malformed operation id', () => memory.operations('nonsense').fetch(), 400, 520051],
    ['a name that is taken', () => memory.traitGroups(store).create({ displayName: 'Contact' }), 409, 520055],
    ['a body that breaks the schema', () => memory.profiles(store).create({ traits: [] as never }), 400, 520046],
    ['a page of an unknown store', () => memory.profiles(UNKNOWN_STORE).page(), 404, 520041],
    ['a list of an unknown store', () => memory.traitGroups(UNKNOWN_STORE).list(), 404, 520041],
  ])('come as RestException: %s', async (_, call, status, code) => {
    const refusal = await refusalOf(call(memory))
    expect(refusal).toMatchObject({
      status,
      code,
      moreInfo: `https://www.twilio.com/docs/api/errors/${code}`,
    })
    expect(refusal.message).not.toBe('')
    expect(refusal.details).toBeUndefined()
  })

  it('name the trait that is not declared', async () => {
    const refusal = await refusalOf(memory.profiles(store).create({ traits: { Contact: { shoeSize: 1 } } }))
    expect(refusal.message).toContain('Trait not registered for this service: Contact.shoeSize')
  })

  it('of wrong credentials come before anything else', async () => {
    const wrong = createSdkClient(server, { ...server.account, token: 'wrong' }).memory.v1
    expect(await refusalOf(wrong.stores(UNKNOWN_STORE).fetch())).toMatchObject({ status: 401, code: 20003 })
    expect(await refusalOf(wrong.stores.page())).toMatchObject({ status: 401, code: 20003 })
  })

  it('hide the stores of other accounts', async () => {
    const stranger = createSdkClient(server, server.stranger).memory.v1
    expect(await refusalOf(stranger.stores(store).fetch())).toMatchObject({ status: 404, code: 520041 })
    expect(await refusalOf(stranger.profiles(store).page())).toMatchObject({ status: 404, code: 520041 })
    expect(await stranger.stores.list()).toEqual([])
  })
})

describe('API keys', () => {
  it('open the account they belong to', async () => {
    const account = newAccount()
    const first = await startServer({ account })
    await first.kill('SIGTERM')
    const settings = { RECOLLECT_DATA_DIR: first.dataDir }
    const { stdout } = await runCli(['key', 'create', '--account', account.sid, '--json'], settings)
    const { sid, secret } = JSON.parse(stdout) as { sid: string; secret: string }
    const second = await startServer({ account, dataDir: first.dataDir })
    try {
      const client = twilio(sid, secret, { accountSid: account.sid })
      client.memory.baseUrl = second.url
      await client.memory.v1.stores.create({ displayName: 'by-key' })
      expect(await createSdkClient(second).memory.v1.stores.list()).toHaveLength(1)
    } finally {
      await second.kill('SIGTERM')
      await first.stop()
    }
  })
})
