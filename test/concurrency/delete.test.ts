import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, createApi, createStore } from '../support/api.js'
import { createProfile, listProfileIds, lookup } from '../support/profile.js'
import { startServer, type TestServer } from '../support/server.js'

const RACERS = 16
const ROUNDS = 8

let server: TestServer
let api: Api
beforeAll(async () => {
  server = await startServer()
  api = createApi(server)
})
afterAll(() => server.stop())

function remove(store: string, id: string): Promise<number> {
  return api('DELETE', `/v1/Stores/${store}/Profiles/${id}`).then(({ status }) => status)
}

describe('create and delete of one person, racing', () => {
  it('end in a state where traits, identifiers and the list agree', async () => {
    const store = await createStore(api)
    const Contact = { email: 'racer@example.com', phone: '+13175550111' }
    const created = new Set<string>()
    const deleted = new Set<string>()
    const race = async (racer: number) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const id = await createProfile(api, store, { Contact })
        created.add(id)
        if ((racer + round) % 2 === 0) continue
        const status = await remove(store, id)
        expect([202, 404]).toContain(status)
        if (status === 202) {
          // One DELETE of an id is enough; a second one may only find nothing.
          expect(deleted.has(id)).toBe(false)
          deleted.add(id)
        }
      }
    }
    await Promise.all(Array.from({ length: RACERS }, (_, racer) => race(racer)))

    const alive = [...created].filter((id) => !deleted.has(id))
    expect(deleted.size).toBeGreaterThan(0)
    expect(alive.length).toBeLessThanOrEqual(1)
    expect(await listProfileIds(api, store)).toEqual(alive)
    expect(await lookup(api, store, 'email', Contact.email)).toEqual(alive)
    expect(await lookup(api, store, 'phone', Contact.phone)).toEqual(alive)
    for (const id of deleted) expect((await api('GET', `/v1/Stores/${store}/Profiles/${id}`)).status).toBe(404)
  })

  it('an identifier is free again after the delete and gives a new id', async () => {
    const store = await createStore(api)
    const contactOf = (racer: number) => ({ Contact: { email: `free-${racer}@example.com` } })
    const racers = Array.from({ length: RACERS }, (_, racer) => racer)
    const before = await Promise.all(racers.map((racer) => createProfile(api, store, contactOf(racer))))
    const after = await Promise.all(
      before.map(async (id, racer) => {
        expect(await remove(store, id)).toBe(202)
        return createProfile(api, store, contactOf(racer))
      }),
    )
    for (const id of after) expect(before).not.toContain(id)
    expect(new Set(await listProfileIds(api, store))).toEqual(new Set(after))
  })
})

describe('delete and patch of one profile, racing', () => {
  it('never bring a deleted profile back', async () => {
    const store = await createStore(api)
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await createProfile(api, store, { Contact: { email: `gone-${round}@example.com` } })
      const patch = (racer: number) =>
        api('PATCH', `/v1/Stores/${store}/Profiles/${id}`, {
          traits: { Contact: { chat: `gone-${round}-${racer}`, firstName: 'Still here' } },
        }).then(({ status }) => status)
      const racers = Array.from({ length: RACERS }, (_, racer) =>
        racer === RACERS / 2 ? remove(store, id) : patch(racer),
      )
      for (const status of await Promise.all(racers)) expect([202, 404]).toContain(status)
      expect((await api('GET', `/v1/Stores/${store}/Profiles/${id}`)).status).toBe(404)
      expect(await lookup(api, store, 'email', `gone-${round}@example.com`)).toEqual([])
      for (let racer = 0; racer < RACERS; racer += 1) {
        expect(await lookup(api, store, 'chat', `gone-${round}-${racer}`)).toEqual([])
      }
    }
    expect(await listProfileIds(api, store)).toEqual([])
  })

  it('deleting one profile many times at once succeeds once', async () => {
    const store = await createStore(api)
    const id = await createProfile(api, store, { Contact: { email: 'once@example.com' } })
    const statuses = await Promise.all(Array.from({ length: RACERS }, () => remove(store, id)))
    expect(statuses.filter((status) => status === 202)).toHaveLength(1)
    expect(statuses.filter((status) => status === 404)).toHaveLength(RACERS - 1)
  })
})
