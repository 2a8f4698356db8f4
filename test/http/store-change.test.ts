import { beforeEach, describe, expect, it } from 'vitest'
import { createStore, eventually } from '../support/api.js'
import { nameMaker } from '../support/names.js'
import { createProfile, jobsQueued } from '../support/profile.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, strangerApi } = useServer()

const STORES = '/v1/ControlPlane/Stores'
const newName = nameMaker('changed-')
let id: string

beforeEach(async () => {
  id = await createStore(api)
})

const patch = (body: unknown, headers?: Record<string, string>) => api('PATCH', `${STORES}/${id}`, body, headers)
const fetch = async () => (await api('GET', `${STORES}/${id}`)).body

describe('PatchStore', () => {
  it('renames and describes; the version grows with real changes only', async () => {
    const displayName = newName()
    const { status, headers, body } = await patch({ displayName })
    expect([status, headers.get('location')]).toEqual([202, body.statusUrl])
    expect((await api('GET', body.statusUrl)).body.result).toEqual({ type: 'RESOURCE_ID', id })
    expect(await fetch()).toMatchObject({ displayName, version: 2 })
    await patch({ description: 'd' })
    for (const same of [{}, { displayName }, { displayName, description: 'd' }, undefined])
      expect((await patch(same)).status).toBe(202)
    expect(await fetch()).toMatchObject({ displayName, description: 'd', version: 3 })
  })

  it('refuses a stale If-Match at once, and takes a fresh one', async () => {
    const etag = (await api('GET', `${STORES}/${id}`)).headers.get('etag') ?? ''
    expect((await patch({ description: 'one' }, { 'if-match': etag })).status).toBe(202)
    expectRefusal(await patch({ description: 'two' }, { 'if-match': etag }), 412, 520043)
    expect((await patch({ description: 'three' }, { 'if-match': '*' })).status).toBe(202)
    expect(await fetch()).toMatchObject({ description: 'three', version: 3 })
  })

  it('lets one of many through that saw the same version', async () => {
    const etag = (await api('GET', `${STORES}/${id}`)).headers.get('etag') ?? ''
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((description) => patch({ description }, { 'if-match': etag })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 412, 412, 412])
  })

  it('refuses a name that is taken or malformed', async () => {
    const displayName = newName()
    await api('POST', STORES, { displayName })
    expectRefusal(await patch({ displayName }), 409, 520045, displayName)
    for (const wrong of [
      { displayName: 'a b' },
      { displayName: null },
      { description: '' },
      { description: 'x'.repeat(129) },
      [],
    ]) {
      expectRefusal(await patch(wrong), 400, 520046)
    }
    expectRefusal(await api('PATCH', `${STORES}/${UNKNOWN.store}`, {}), 404, 520041)
    expectRefusal(await strangerApi('PATCH', `${STORES}/${id}`, { description: 'x' }), 404, 520041)
    expect((await fetch()).version).toBe(1)
  })
})

describe('DeleteStore', () => {
  it('is gone at once with everything in it, and its name is free', async () => {
    const displayName = newName()
    await patch({ displayName })
    const profile = await createProfile(api, id, { Contact: { email: 'x@example.com' } })
    const { status, body } = await api('DELETE', `${STORES}/${id}`)
    expect([status, Object.keys(body).sort()]).toEqual([202, ['message', 'statusUrl']])
    expect((await api('GET', body.statusUrl)).body).toMatchObject({ status: 'COMPLETED', result: { id } })
    for (const path of [
      `${STORES}/${id}`,
      `${STORES}/${id}/TraitGroups`,
      `/v1/Stores/${id}/Profiles`,
      `/v1/Stores/${id}/Profiles/${profile}`,
      `/v1/Stores/${id}/Profiles/Imports`,
    ]) {
      expectRefusal(await api('GET', path), 404, 520041)
    }
    expectRefusal(await api('DELETE', `${STORES}/${id}`), 404, 520041)
    expect((await api('GET', `${STORES}?pageSize=100`)).body.stores).not.toContain(id)
    expect((await api('POST', STORES, { displayName })).status).toBe(202)
  })

  it('leaves other stores alone, and nothing waiting', async () => {
    const other = await createStore(api)
    const kept = await createProfile(api, other, { Contact: { email: 'kept@example.com' } })
    await api('PUT', `/v1/Stores/${id}/Profiles/Bulk`, { profiles: [{ traits: { Contact: { chat: 'late' } } }] })
    await api('DELETE', `${STORES}/${id}`)
    await eventually(
      () => jobsQueued(server().url),
      (count) => count === 0,
    )
    expect((await api('GET', `/v1/Stores/${other}/Profiles/${kept}`)).status).toBe(200)
    expectRefusal(await strangerApi('DELETE', `${STORES}/${other}`), 404, 520041)
  })
})
