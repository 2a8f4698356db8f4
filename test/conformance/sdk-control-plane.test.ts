import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createStore, eventually } from '../support/api.js'
import { createSdkClient, type Memory, present, refusalOf } from '../support/sdk.js'
import { startServer, type TestServer } from '../support/server.js'

let server: TestServer
let memory: Memory
let store: string

beforeAll(async () => {
  server = await startServer()
  memory = createSdkClient(server).memory.v1
  store = await createStore(createApi(server))
})
afterAll(() => server.stop())

/** The operation that an accepted write names. */
function operationOf({ statusUrl }: { statusUrl?: string }) {
  return memory.operations(present(statusUrl).split('/').at(-1) ?? '').fetch()
}

const etagOf = ({ headers }: { headers?: unknown }) => String((headers as Record<string, unknown>).etag)

describe('stores', () => {
  it('are created by an operation that can be asked for its result', async () => {
    const { statusCode, headers, body } = await memory.stores.createWithHttpInfo({
      displayName: 'by-sdk',
      description: 'For the SDK',
    })
    expect(statusCode).toBe(202)
    const statusUrl = present(body.statusUrl)
    expect(statusUrl.startsWith(`${server.url}/v1/ControlPlane/Operations/`)).toBe(true)
    expect(headers).toMatchObject({ location: statusUrl, 'operation-id': statusUrl.split('/').at(-1) })
    const operation = await eventually(
      () => operationOf(body),
      ({ status }) => status === 'COMPLETED',
    )
    expect(operation).toMatchObject({ statusUrl, result: { type: 'RESOURCE_ID' } })
    expect(operation.createdAt).toBeInstanceOf(Date)
    expect(operation.completedAt).toBeInstanceOf(Date)
    const { id } = operation.result as { id: string }
    expect((await memory.stores(id).fetch()).toJSON()).toMatchObject({
      id,
      displayName: 'by-sdk',
      description: 'For the SDK',
      status: 'ACTIVE',
      intelligenceServiceId: null,
      version: 1,
    })
  })

  it('are changed, and not by those who read an older version', async () => {
    const id = await createStore(createApi(server))
    const etag = etagOf(await memory.stores(id).fetchWithHttpInfo())
    const change = (description: string) =>
      memory.stores(id).patch({ description } as Parameters<ReturnType<Memory['stores']['get']>['patch']>[0], {
        'If-Match': etag,
      })
    await change('first')
    expect(await refusalOf(change('second'))).toMatchObject({ status: 412, code: 520043 })
    expect(await memory.stores(id).fetch()).toMatchObject({ description: 'first', version: 2 })
  })

  it('are removed', async () => {
    const id = await createStore(createApi(server))
    await memory.stores(id).remove()
    expect(await refusalOf(memory.stores(id).fetch())).toMatchObject({ status: 404, code: 520041 })
    expect(await memory.stores.list()).not.toContain(id)
  })
})

describe('trait groups', () => {
  it('are created, fetched, changed and removed', async () => {
    const accepted = await memory.traitGroups(store).create({
      displayName: 'Taste',
      description: 'What somebody likes',
      traits: {
        color: { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern: '^[a-z]+$' } as never },
        size: { dataType: 'NUMBER' },
      },
    })
    expect((await operationOf(accepted)).status).toBe('COMPLETED')
    const group = memory.traitGroups(store, 'Taste')
    expect((await group.fetch()).traitGroup).toMatchObject({
      displayName: 'Taste',
      description: 'What somebody likes',
      traits: { color: { dataType: 'STRING' }, size: { dataType: 'NUMBER' } },
      version: 1,
    })
    await group.patch({ traits: { size: { dataType: '' }, member: { dataType: 'BOOLEAN' } } })
    const { traitGroup } = await group.fetch()
    expect(Object.keys(traitGroup?.traits ?? {}).sort()).toEqual(['color', 'member'])
    await group.remove()
    expect(await refusalOf(group.fetch())).toMatchObject({ status: 404, code: 520047 })
  })
})

describe('data mappings', () => {
  it('are created, fetched, listed, changed and removed', async () => {
    const mappings = [{ expression: 'mail', traitGroup: 'Contact', traitName: 'email' }]
    const accepted = await memory.dataMappings(store).create({
      displayName: 'Web-shop',
      mappingFrom: { type: 'INGRESS', columns: ['mail'] } as never,
      mappingTo: { type: 'TRAITS', mappings } as never,
    })
    const { id } = (await operationOf(accepted)).result as { id: string }
    const mapping = memory.dataMappings(store, id)
    expect(await mapping.fetch()).toMatchObject({ id, displayName: 'Web-shop', isEnabled: true, version: 1 })
    const listed = await memory.dataMappings(store).list({ type: 'INGRESS' })
    expect(listed.map((item) => item.id)).toEqual([id])
    await mapping.patch({ isEnabled: false } as never)
    expect(await mapping.fetch()).toMatchObject({ displayName: 'Web-shop', isEnabled: false, version: 2 })
    await mapping.remove()
    expect(await refusalOf(mapping.fetch())).toMatchObject({ status: 404, code: 520048 })
  })
})

describe('identity resolution settings', () => {
  it('are fetched and replaced as a whole', async () => {
    const settings = memory.identityResolutionSettings(store)
    const before = await settings.fetch()
    const matchingRules = present(before.matchingRules)
    const identifierConfigs = present(before.identifierConfigs)
    expect(matchingRules).toEqual(['email', 'phone', 'whatsapp', 'chat'])
    expect(identifierConfigs.map(({ idType }) => idType).sort()).toEqual(['chat', 'email', 'phone', 'whatsapp'])
    const changed = identifierConfigs.map((config) => (config.idType === 'chat' ? { ...config, limit: 1 } : config))
    await settings.update({ identifierConfigs: changed, matchingRules })
    const after = await settings.fetch()
    expect(after.version).toBe(present(before.version) + 1)
    expect(after.identifierConfigs?.find(({ idType }) => idType === 'chat')?.limit).toBe(1)
  })
})
