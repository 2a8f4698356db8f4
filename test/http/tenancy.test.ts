import { beforeAll, describe, expect, it } from 'vitest'
import { createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, strangerApi, store } = useServer()

const email = 'ann@example.com'
let profileId: string
let importId: string
let statusUrl: string
let foreignStore: string

beforeAll(async () => {
  const path = `/v1/Stores/${store()}/Profiles`
  profileId = (await api('POST', path, { traits: { Contact: { email } } })).body.id
  importId = await uploadCsv(api, store(), `chat,city\nx,Ulm\n`, { chat: 'Contact.chat', city: 'Contact.city' })
  await importEnd(api, store(), importId)
  statusUrl = (await api('POST', '/v1/ControlPlane/Stores', { displayName: 'mine' })).body.statusUrl
  foreignStore = await createStore(strangerApi)
})

/** Every call that names something of the account's, with a body that would be right. */
function calls(storeId: string): [method: string, path: string, body?: unknown][] {
  const data = `/v1/Stores/${storeId}/Profiles`
  const control = `/v1/ControlPlane/Stores/${storeId}`
  const profile = { traits: { Contact: { email } } }
  const columnMappings = ['chat', 'city'].map((name) => ({ columnName: name, traitGroup: 'Contact', traitName: name }))
  return [
    ['GET', control],
    ['GET', `${control}/TraitGroups`],
    ['POST', `${control}/TraitGroups`, { displayName: 'Intruder' }],
    ['GET', data],
    ['POST', data, profile],
    ['GET', `${data}/${profileId}`],
    ['PATCH', `${data}/${profileId}`, profile],
    ['DELETE', `${data}/${profileId}`],
    ['GET', `${data}/${profileId}/Traits`],
    ['POST', `${data}/Lookup`, { idType: 'email', value: email }],
    ['PUT', `${data}/Bulk`, { profiles: [profile] }],
    ['GET', `${data}/Imports`],
    ['POST', `${data}/Imports`, { filename: 'f', fileSize: 1, columnMappings }],
    ['GET', `${data}/Imports/${importId}`],
    ['GET', `/recollect${data}/Imports/${importId}`],
    ['GET', `/recollect${data}/Imports/${importId}/Errors`],
  ]
}

describe('another account', () => {
  it('finds no store of this one, and so nothing in it', async () => {
    for (const [method, path, body] of calls(store())) {
      const answer = await strangerApi(method, path, body)
      expect([answer.status, path]).toEqual([404, path])
      expectRefusal(answer, 404, 520041)
    }
    expect((await api('GET', `/v1/Stores/${store()}/Profiles/${profileId}`)).body.traits.Contact).toEqual({ email })
    expect((await api('GET', `/v1/ControlPlane/Stores/${store()}/TraitGroups`)).body.traitGroups).toHaveLength(1)
  })

  it('finds nothing of this account in its own store', async () => {
    const data = `/v1/Stores/${foreignStore}/Profiles`
    for (const [method, path, body] of calls(foreignStore)) {
      if (!path.includes(profileId) && !path.includes(importId)) continue
      expectRefusal(await strangerApi(method, path, body), 404, 20404)
    }
    expect((await strangerApi('GET', data)).body.profiles).toEqual([])
    expect((await strangerApi('GET', `${data}/Imports`)).body.imports).toEqual([])
    const lookup = await strangerApi('POST', `${data}/Lookup`, { idType: 'email', value: email })
    expect(lookup.body.profiles).toEqual([])
  })

  it('lists its own stores only', async () => {
    expect((await strangerApi('GET', '/v1/ControlPlane/Stores')).body.stores).toEqual([foreignStore])
    expect((await api('GET', '/v1/ControlPlane/Stores')).body.stores).not.toContain(foreignStore)
  })

  it('finds no operation of this account', async () => {
    expect((await api('GET', statusUrl)).status).toBe(200)
    expectRefusal(await strangerApi('GET', statusUrl), 404, 20404)
  })

  it('has people of its own, whatever their identifiers', async () => {
    const body = { traits: { Contact: { email } } }
    const { body: own } = await strangerApi('POST', `/v1/Stores/${foreignStore}/Profiles`, body)
    expect(own.id).not.toBe(profileId)
    await strangerApi('PUT', `/v1/Stores/${foreignStore}/Profiles/Bulk`, {
      profiles: [{ traits: { Contact: { email, city: 'Bonn' } } }],
    })
    await eventually(
      () => strangerApi('GET', `/v1/Stores/${foreignStore}/Profiles/${own.id}`),
      (answer) => answer.body.traits.Contact.city === 'Bonn',
    )
    expect((await api('GET', `/v1/Stores/${store()}/Profiles/${profileId}`)).body.traits.Contact).toEqual({ email })
  })
})
