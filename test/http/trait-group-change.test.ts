import { beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/api.js'
import { createProfile, jobsQueued, lookup } from '../support/profile.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

const GROUPS = () => `/v1/ControlPlane/Stores/${store()}/TraitGroups`
let names = 0
let group: string

beforeEach(async () => {
  names += 1
  group = `Group${names}`
  const rule = { ruleType: 'NUMBER', max: 10 }
  const traits = {
    age: { dataType: 'NUMBER', description: 'd', validationRule: rule },
    tag: { dataType: 'STRING', idTypePromotion: 'chat' },
  }
  await api('POST', GROUPS(), { displayName: group, description: 'before', traits })
})

const patch = (body: unknown, headers?: Record<string, string>) => api('PATCH', `${GROUPS()}/${group}`, body, headers)
const fetch = async () => (await api('GET', `${GROUPS()}/${group}`)).body.traitGroup
const traitsOf = async (id: string) => (await api('GET', `/v1/Stores/${store()}/Profiles/${id}`)).body.traits
const jobsDone = () =>
  eventually(
    () => jobsQueued(server().url),
    (count) => count === 0,
  )

describe('FetchTraitGroup', () => {
  it('includes the definitions unless they are not wanted, and has an ETag', async () => {
    const { headers, body } = await api('GET', `${GROUPS()}/${group}`)
    expect(body.traitGroup).toMatchObject({ displayName: group, description: 'before', version: 1 })
    expect(Object.keys(body.traitGroup.traits)).toEqual(['age', 'tag'])
    expect(body.meta.key).toBe('traitGroup')
    const tag = JSON.parse(Buffer.from(headers.get('etag')?.slice(1, -1) ?? '', 'base64url').toString())
    expect(tag).toEqual({ id: group, v: 1 })
    const without = (await api('GET', `${GROUPS()}/${group}?includeTraits=false`)).body.traitGroup
    expect(Object.keys(without).sort()).toEqual(['description', 'displayName', 'version'])
  })

  it('is 404 for a name that nobody has, 400 for one that is too long', async () => {
    for (const name of ['Nope', group.toLowerCase(), '__proto__', 'constructor', '%00']) {
      expectRefusal(await api('GET', `${GROUPS()}/${name}`), 404, 520047)
    }
    expectRefusal(await api('GET', `${GROUPS()}/${'x'.repeat(65)}`), 400)
  })
})

describe('PatchTraitGroup', () => {
  it('adds and replaces whole definitions, and leaves the others', async () => {
    const { status, headers, body } = await patch({
      traits: { age: { dataType: 'NUMBER' }, vip: { dataType: 'BOOLEAN' } },
    })
    expect([status, headers.get('location')]).toEqual([202, body.statusUrl])
    expect(await fetch()).toEqual({
      displayName: group,
      description: 'before',
      version: 2,
      traits: {
        age: { dataType: 'NUMBER' },
        tag: { dataType: 'STRING', idTypePromotion: 'chat' },
        vip: { dataType: 'BOOLEAN' },
      },
    })
    const id = await createProfile(api, store(), { Contact: { chat: group }, [group]: { age: 99, vip: true } })
    expect((await traitsOf(id))[group]).toEqual({ age: 99, vip: true })
  })

  it('has a version that grows with real changes only, and a write may name the one it saw', async () => {
    const etag = (await api('GET', `${GROUPS()}/${group}`)).headers.get('etag') ?? ''
    for (const same of [{}, { traits: {} }, { description: 'before' }])
      expect((await patch(same, { 'if-match': etag })).status).toBe(202)
    expect((await fetch()).version).toBe(1)
    expect((await patch({ description: 'after' }, { 'if-match': etag })).status).toBe(202)
    expectRefusal(await patch({ description: 'later' }, { 'if-match': etag }), 412, 520043)
    expect(await fetch()).toMatchObject({ description: 'after', version: 2 })
  })

  it('removes a trait and its values with dataType ""', async () => {
    const id = await createProfile(api, store(), { [group]: { age: 1, tag: `tag-${group}` } })
    await patch({ traits: { age: { dataType: '' } } })
    expect(Object.keys((await fetch()).traits)).toEqual(['tag'])
    const again = { traits: { [group]: { age: 2, tag: `tag-${group}` } } }
    expectRefusal(
      await api('POST', `/v1/Stores/${store()}/Profiles`, again),
      400,
      undefined,
      `Trait not registered for this service: ${group}.age`,
    )
    await jobsDone()
    expect(await traitsOf(id)).toEqual({ [group]: { tag: `tag-${group}` } })
    expect((await patch({ traits: { nothing: { dataType: '' } } })).status).toBe(202)
  })

  it('refuses what is malformed and applies nothing', async () => {
    const good = { good: { dataType: 'STRING' } }
    for (const wrong of [
      { traits: { ...good, x: { dataType: 'TEXT' } } },
      { traits: { ...good, x: { dataType: 'STRING', idTypePromotion: 'nope' } } },
      { traits: { ...good, x: { dataType: 'STRING', validationRule: { ruleType: 'NUMBER' } } } },
      { traits: { ...good, x: null } },
      { displayName: 'New' },
      [],
      { traits: Object.fromEntries(Array.from({ length: 94 }, (_, index) => [`t${index}`, { dataType: 'STRING' }])) },
    ]) {
      expectRefusal(await patch(wrong), 400)
    }
    expect(await fetch()).toMatchObject({ version: 1 })
    expectRefusal(await api('PATCH', `${GROUPS()}/Nope`, {}), 404, 520047)
  })
})

describe('DeleteTraitGroup', () => {
  it('takes the values on profiles along; what they identified still does', async () => {
    const id = await createProfile(api, store(), { Contact: { city: 'Ulm' }, [group]: { age: 1, tag: `tag-${group}` } })
    expect((await api('DELETE', `${GROUPS()}/${group}`)).status).toBe(202)
    expectRefusal(await api('GET', `${GROUPS()}/${group}`), 404, 520047)
    await jobsDone()
    expect(await traitsOf(id)).toEqual({ Contact: { city: 'Ulm' } })
    expect(await lookup(api, store(), 'chat', `tag-${group}`)).toEqual([id])
    await api('POST', GROUPS(), { displayName: group, traits: { age: { dataType: 'STRING' } } })
    await api('PATCH', `/v1/Stores/${store()}/Profiles/${id}`, { traits: { [group]: { age: 'new' } } })
    expect((await traitsOf(id))[group]).toEqual({ age: 'new' })
  })

  it('is refused for Contact, for a group a data mapping writes to, and for none', async () => {
    expectRefusal(await api('DELETE', `${GROUPS()}/Contact`), 409)
    const mappingTo = { type: 'TRAITS', mappings: [{ expression: 'a', traitGroup: group, traitName: 'age' }] }
    const input = { displayName: `map${names}`, mappingTo, mappingFrom: { type: 'INGRESS', columns: ['a'] } }
    const mapping = await api('POST', `/v1/ControlPlane/Stores/${store()}/DataMappings`, input)
    expect(mapping.status).toBe(202)
    expectRefusal(await api('DELETE', `${GROUPS()}/${group}`), 409, undefined, `map${names}`)
    const { id } = (await api('GET', mapping.body.statusUrl)).body.result
    await api('DELETE', `/v1/ControlPlane/Stores/${store()}/DataMappings/${id}`)
    expect((await api('DELETE', `${GROUPS()}/${group}`)).status).toBe(202)
    expectRefusal(await api('DELETE', `${GROUPS()}/${group}`), 404, 520047)
  })
})
