import { describe, expect, it } from 'vitest'
import { createStore } from '../support/api.js'
import { nameMaker } from '../support/names.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, strangerApi, store } = useServer()

const path = (rest = '', storeId = store()) => `/v1/ControlPlane/Stores/${storeId}/DataMappings${rest}`
const UNKNOWN_ID = 'mem_datamapping_00000000000000000000000000'
const TIMESTAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const newName = nameMaker('mapping')

const item = (expression = 'Mail', traitName = 'email', traitGroup = 'Contact') => ({
  expression,
  traitGroup,
  traitName,
})
const toTraits = (...mappings: object[]) => ({ type: 'TRAITS', mappings })
const ingress = (...columns: unknown[]) => ({ type: 'INGRESS', columns })
const input = () => ({ displayName: newName(), mappingFrom: ingress('Mail', 'Name'), mappingTo: toTraits(item()) })

async function create(body: object): Promise<string> {
  const { status, body: accepted } = await api('POST', path(), body)
  if (status !== 202) throw new Error(JSON.stringify(accepted))
  return (await api('GET', accepted.statusUrl)).body.result.id
}

const fetch = async (id: string) => (await api('GET', path(`/${id}`))).body

describe('CreateDataMapping', () => {
  it('stores what it is given, enabled unless it says otherwise', async () => {
    const given = { ...input(), description: 'd' }
    const id = await create(given)
    expect(id).toMatch(/^mem_datamapping_/)
    expect(await fetch(id)).toEqual({
      ...given,
      id,
      isEnabled: true,
      createdAt: TIMESTAMP,
      updatedAt: TIMESTAMP,
      version: 1,
    })
    expect((await fetch(await create({ ...input(), isEnabled: false }))).isEnabled).toBe(false)
  })

  it('takes a name once for each store', async () => {
    const given = input()
    await create(given)
    expectRefusal(await api('POST', path(), given), 409, 520056, given.displayName)
    expect((await api('POST', path('', await createStore(api)), given)).status).toBe(202)
  })

  it('refuses what is malformed, or names what is not there', async () => {
    for (const [change, field] of [
      [{ displayName: '1x' }, 'displayName'],
      [{ displayName: 'x'.repeat(65) }, 'displayName'],
      [{ displayName: undefined }, 'displayName'],
      [{ description: '' }, 'description'],
      [{ isEnabled: 'true' }, 'isEnabled'],
      [{ mappingTo: undefined }, 'mappingTo'],
      [{ mappingTo: toTraits() }, 'mappingTo'],
      [{ mappingTo: toTraits(item('Mail', 'nope')) }, /Contact\.nope/],
      [{ mappingTo: toTraits(item(), item('Mail', 'email', 'Nope')) }, /Nope\.email.*mappings\[1\]/],
      [{ mappingTo: toTraits(item('Other')) }, /Other/],
      [{ mappingFrom: undefined }, 'mappingFrom'],
      [{ mappingFrom: ingress() }, 'mappingFrom'],
      [{ mappingFrom: ingress('Mail', 'Mail') }, 'mappingFrom'],
      [{ mappingFrom: ingress('Mail', 5) }, 'mappingFrom'],
      [{ mappingFrom: { type: 'CARRIER_PIGEON' } }, 'mappingFrom'],
      [{ mappingFrom: { type: 'DATASET_CLOUDAPP', datasetId: 'x' } }, 'mappingFrom'],
    ] as const) {
      expectRefusal(await api('POST', path(), { ...input(), ...change }), 400, undefined, field)
    }
  })
})

describe('PatchDataMapping', () => {
  it('changes what it names, and replaces the mappings whole', async () => {
    const id = await create(input())
    const displayName = newName()
    const mappingTo = toTraits(item('Name', 'firstName'))
    expect((await api('PATCH', path(`/${id}`), { displayName, isEnabled: false, mappingTo })).status).toBe(202)
    expect(await fetch(id)).toMatchObject({ displayName, isEnabled: false, mappingTo, version: 2 })
    for (const same of [{}, { displayName }, { mappingTo }]) await api('PATCH', path(`/${id}`), same)
    expect((await fetch(id)).version).toBe(2)
  })

  it('refuses a stale If-Match, a taken name and traits that are not there', async () => {
    const other = input()
    await create(other)
    const id = await create(input())
    const etag = (await api('GET', path(`/${id}`))).headers.get('etag') ?? ''
    expect((await api('PATCH', path(`/${id}`), { description: 'd' }, { 'if-match': etag })).status).toBe(202)
    expectRefusal(await api('PATCH', path(`/${id}`), { description: 'e' }, { 'if-match': etag }), 412, 520043)
    expectRefusal(await api('PATCH', path(`/${id}`), { displayName: other.displayName }), 409, 520056)
    expectRefusal(await api('PATCH', path(`/${id}`), { mappingTo: toTraits(item('Mail', 'nope')) }), 400)
    expectRefusal(await api('PATCH', path(`/${id}`), { mappingTo: toTraits(item('Other')) }), 400)
    expect((await fetch(id)).version).toBe(2)
  })
})

describe('ListDataMappings', () => {
  it('pages, newest first, and filters by type', async () => {
    const fresh = await createStore(api)
    const dataset = { type: 'DATASET_WAREHOUSE', datasetId: 'tdi_dataset_00000000000000000000000000' }
    for (const mappingFrom of [ingress('Mail'), dataset, ingress('Mail')]) {
      const { status, body } = await api('POST', path('', fresh), { ...input(), mappingFrom })
      expect([status, body.message]).toEqual([202, expect.any(String)])
    }
    const typesOf = async (query: string) =>
      (await api('GET', path(query, fresh))).body.dataMappings.map(
        ({ mappingFrom }: { mappingFrom: { type: string } }) => mappingFrom.type,
      )
    expect(await typesOf('')).toEqual(['INGRESS', 'DATASET_WAREHOUSE', 'INGRESS'])
    expect(await typesOf('?type=DATASET_WAREHOUSE')).toEqual(['DATASET_WAREHOUSE'])
    expect(await typesOf('?type=DATASET_CLOUDAPP')).toEqual([])
    const first = (await api('GET', path('?pageSize=2', fresh))).body
    expect(await typesOf(`?pageSize=2&pageToken=${first.meta.nextToken}`)).toEqual(['INGRESS'])
    expectRefusal(await api('GET', path('?type=OTHER', fresh)), 400, undefined, 'type')
    expectRefusal(
      await api('GET', path(`?type=INGRESS&pageToken=${first.meta.nextToken}`, fresh)),
      400,
      undefined,
      'pageToken',
    )
  })
})

it('is gone after DELETE, and never another account’s', async () => {
  const id = await create(input())
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    expectRefusal(await strangerApi(method, path(`/${id}`), method === 'PATCH' ? {} : undefined), 404, 520041)
  }
  expect((await api('DELETE', path(`/${id}`))).status).toBe(202)
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    expectRefusal(await api(method, path(`/${id}`), method === 'PATCH' ? {} : undefined), 404, 520048)
  }
  expectRefusal(await api('GET', path(`/${UNKNOWN_ID}`)), 404, 520048)
  expectRefusal(await api('GET', path('/x')), 400, undefined, 'dataMappingId')
})
