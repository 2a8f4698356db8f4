import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { expectRefusal } from '../support/refusal.js'
import { useOwnServer } from '../support/use-server.js'

const { server, api, strangerApi, store } = useOwnServer({
  env: {
    PUBLIC_URL: 'https://memory.example.com/base/',
    UPLOAD_URL_TTL_SECONDS: '1',
    RECOLLECT_MAX_STORES: '2',
    RECOLLECT_MAX_TRAIT_GROUPS: '2',
    RECOLLECT_MAX_TRAITS_PER_GROUP: '3',
    RECOLLECT_IMPORT_MAX_FAILED_ROWS: '0',
    RECOLLECT_BODY_LIMIT_BYTES: '1024',
  },
})

const STORES = '/v1/ControlPlane/Stores'

it('limits the stores of each account', async () => {
  expect((await api('POST', STORES, { displayName: 'second' })).status).toBe(202)
  expectRefusal(await api('POST', STORES, { displayName: 'third' }), 400, 520044, 'RECOLLECT_MAX_STORES')
  expectRefusal(await api('POST', STORES, { displayName: 'second' }), 409, 520045)
  expect((await strangerApi('POST', STORES, { displayName: 'third' })).status).toBe(202)
})

it('limits the trait groups of a store and the traits of a group', async () => {
  const groups = `${STORES}/${store()}/TraitGroups`
  const traits = (names: string[]) => Object.fromEntries(names.map((name) => [name, { dataType: 'STRING' }]))
  expectRefusal(await api('POST', groups, { displayName: 'A', traits: traits(['a', 'b', 'c', 'd']) }), 400, 520054)
  expect((await api('POST', groups, { displayName: 'A', traits: traits(['a', 'b', 'c']) })).status).toBe(202)
  expectRefusal(await api('POST', groups, { displayName: 'B' }), 400, 520053, 'RECOLLECT_MAX_TRAIT_GROUPS')
})

it('limits the body of a request', async () => {
  const { body } = await api('POST', STORES, { displayName: 'x', description: 'x'.repeat(1100) })
  expect(body).toMatchObject({ status: 413, message: expect.stringContaining('1024') })
})

it('puts absolute links on PUBLIC_URL, whatever the Host', async () => {
  const operation = await strangerApi('POST', STORES, { displayName: 'linked' })
  expect(operation.body.statusUrl).toMatch(/^https:\/\/memory\.example\.com\/base\/v1\/ControlPlane\/Operations\//)
  expect(operation.headers.get('location')).toBe(operation.body.statusUrl)
  const columnMappings = ['chat', 'city'].map((name) => ({ columnName: name, traitGroup: 'Contact', traitName: name }))
  const created = await api('POST', `/v1/Stores/${store()}/Profiles/Imports`, {
    filename: 'f',
    fileSize: 99,
    columnMappings,
  })
  expect(created.body.url).toMatch(/^https:\/\/memory\.example\.com\/base\/recollect\/v1\/Uploads\/mem_import_/)
})

it('lets an upload URL expire', async () => {
  const columnMappings = ['chat', 'city'].map((name) => ({ columnName: name, traitGroup: 'Contact', traitName: name }))
  const path = `/v1/Stores/${store()}/Profiles/Imports`
  const { body } = await api('POST', path, { filename: 'f', fileSize: 99, columnMappings })
  const url = server().url + body.url.slice('https://memory.example.com/base'.length)
  const expires = Number(new URL(url).searchParams.get('expires')) * 1000
  await sleep(Math.max(0, expires - Date.now()) + 20)
  expectRefusal(await api('PUT', url, 'chat,city\nx,Ulm\n', { authorization: '' }), 403, undefined, 'expired')
  expect((await api('GET', `${path}/${body.importId}`)).body.status).toBe('PENDING')
})
