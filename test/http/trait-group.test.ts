import { describe, expect, it } from 'vitest'
import { createStore } from '../support/api.js'
import { nameMaker } from '../support/names.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

const groups = (storeId = store()) => `/v1/ControlPlane/Stores/${storeId}/TraitGroups`
const create = (body: unknown) => api('POST', groups(), body)
const newName = nameMaker('Group')

describe('a new store', () => {
  it('ships with the group Contact', async () => {
    const { body } = await api('GET', `${groups(await createStore(api))}?includeTraits=true`)
    expect(body.meta).toEqual({ key: 'traitGroups', pageSize: 50 })
    expect(body.traitGroups).toHaveLength(1)
    const { displayName, version, traits } = body.traitGroups[0]
    expect([displayName, version]).toEqual(['Contact', 1])
    const promotions = ['email', 'phone', 'whatsapp', 'chat'].map((name) => [name, 'STRING', name])
    const others = ['firstName', 'lastName', 'street', 'city', 'state', 'postalCode', 'country', 'preferredLanguage']
    expect(
      Object.entries<{ dataType: string; idTypePromotion?: string }>(traits).map(([name, trait]) => [
        name,
        trait.dataType,
        trait.idTypePromotion,
      ]),
    ).toEqual([...promotions, ...others.map((name) => [name, 'STRING', undefined])])
  })
})

describe('CreateTraitGroup', () => {
  it('is accepted with an operation, and works at once', async () => {
    const displayName = newName()
    const { status, headers, body } = await create({
      displayName,
      description: 'd',
      traits: { age: { dataType: 'NUMBER' } },
    })
    expect(status).toBe(202)
    expect(headers.get('location')).toBe(body.statusUrl)
    expect(body.statusUrl).toBe(`${server().url}/v1/ControlPlane/Operations/${headers.get('operation-id')}`)
    const operation = await api('GET', body.statusUrl)
    expect(operation.body).toMatchObject({ status: 'COMPLETED', result: { type: 'RESOURCE_ID', id: displayName } })
    const profile = { traits: { Contact: { chat: displayName }, [displayName]: { age: 42 } } }
    expect((await api('POST', `/v1/Stores/${store()}/Profiles`, profile)).status).toBe(202)
  })

  it('takes a name once for each store', async () => {
    const displayName = newName()
    expect((await create({ displayName })).status).toBe(202)
    expectRefusal(await create({ displayName }), 409, 520055, displayName)
    expectRefusal(await create({ displayName: 'Contact' }), 409, 520055)
    expect((await api('POST', groups(await createStore(api)), { displayName })).status).toBe(202)
  })

  it('refuses definitions that are malformed, and applies nothing', async () => {
    const before = (await api('GET', groups())).body.traitGroups.length
    for (const trait of [
      {},
      null,
      'STRING',
      { dataType: 'TEXT' },
      { dataType: '' },
      { dataType: 'STRING', unknown: 1 },
      { dataType: 'NUMBER', validationRule: { ruleType: 'STRING' } },
      { dataType: 'NUMBER', validationRule: { min: 0 } },
      { dataType: 'NUMBER', validationRule: { ruleType: 'NUMBER', min: '0' } },
      { dataType: 'STRING', validationRule: { ruleType: 'STRING', minLength: -1 } },
      { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern: '(' } },
      { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern: '(a)\\1' } },
      { dataType: 'STRING', idTypePromotion: 'loyalty' },
      { dataType: 'STRING', description: 'x'.repeat(1025) },
    ]) {
      expectRefusal(await create({ displayName: newName(), traits: { good: { dataType: 'STRING' }, x: trait } }), 400)
    }
    for (const displayName of ['', 'with space', 'x'.repeat(65), '__proto__', null, 5]) {
      expectRefusal(await create({ displayName }), 400)
    }
    expect((await api('GET', groups())).body.traitGroups).toHaveLength(before)
  })

  it('admits 95 traits and no more', async () => {
    const traits = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, { dataType: 'STRING' }]))
    expect((await create({ displayName: newName(), traits: traits(95) })).status).toBe(202)
    expectRefusal(await create({ displayName: newName(), traits: traits(96) }), 400)
  })

  it('applies validation rules to values, bounds included', async () => {
    const displayName = newName()
    const validationRule = { ruleType: 'NUMBER', min: 0, max: 5 }
    await create({ displayName, traits: { stars: { dataType: 'NUMBER', validationRule } } })
    const write = (stars: number) =>
      api('POST', `/v1/Stores/${store()}/Profiles`, {
        traits: { Contact: { chat: 'stars' }, [displayName]: { stars } },
      })
    for (const stars of [0, 5]) expect((await write(stars)).status).toBe(202)
    for (const stars of [-1, 5.1]) expectRefusal(await write(stars), 400, undefined, `traits.${displayName}.stars`)
  })
})

describe('ListTraitGroups', () => {
  it('leaves definitions out unless they are asked for', async () => {
    const [group] = (await api('GET', `${groups()}?orderBy=ASC`)).body.traitGroups
    expect(Object.keys(group).sort()).toEqual(['description', 'displayName', 'version'])
    expect((await api('GET', `${groups()}?includeTraits=false`)).body.traitGroups[0].traits).toBeUndefined()
    for (const includeTraits of ['1', 'TRUE', '', 'yes']) {
      expectRefusal(await api('GET', `${groups()}?includeTraits=${includeTraits}`), 400, undefined, 'includeTraits')
    }
  })

  it('pages in order, newest first, and holds at most 50', async () => {
    const fresh = await createStore(api)
    for (const displayName of ['B', 'A', 'C']) await api('POST', groups(fresh), { displayName })
    const listed: string[] = []
    for (let query = 'pageSize=1'; query !== ''; ) {
      const { body } = await api('GET', `${groups(fresh)}?${query}`)
      listed.push(...body.traitGroups.map(({ displayName }: { displayName: string }) => displayName))
      query = body.meta.nextToken === undefined ? '' : `pageSize=1&pageToken=${body.meta.nextToken}`
    }
    expect(listed.toSorted()).toEqual(['A', 'B', 'C', 'Contact'])
    expect(listed.at(-1)).toBe('Contact')
    expect((await api('GET', `${groups(fresh)}?pageSize=100`)).body.meta.pageSize).toBe(50)
    expectRefusal(await api('GET', `${groups(fresh)}?pageSize=101`), 400, undefined, 'pageSize')
  })
})
