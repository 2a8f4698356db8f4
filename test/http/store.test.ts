import { describe, expect, it } from 'vitest'
import { nameMaker } from '../support/names.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, strangerApi } = useServer()

const STORES = '/v1/ControlPlane/Stores'
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const newName = nameMaker('store-')

/** Follows a write's statusUrl to the id of what it made. */
async function resultOf(statusUrl: string): Promise<string> {
  return (await api('GET', statusUrl)).body.result.id
}

describe('CreateStore', () => {
  it('is accepted with an operation that says which store it made', async () => {
    const { status, headers, body } = await api('POST', STORES, { displayName: newName(), description: 'For tests' })
    expect(status).toBe(202)
    expect(Object.keys(body).sort()).toEqual(['message', 'statusUrl'])
    const operationId = headers.get('operation-id') ?? ''
    expect(body.statusUrl).toBe(`${server().url}/v1/ControlPlane/Operations/${operationId}`)
    expect(headers.get('location')).toBe(body.statusUrl)
    expect(headers.get('retry-after')).toMatch(/^\d+$/)

    const operation = await api('GET', body.statusUrl)
    expect(operation.status).toBe(200)
    expect(operation.headers.get('operation-id')).toBe(operationId)
    expect(operation.body).toEqual({
      operationId,
      status: 'COMPLETED',
      createdAt: expect.stringMatching(TIMESTAMP),
      completedAt: expect.stringMatching(TIMESTAMP),
      statusUrl: body.statusUrl,
      result: { type: 'RESOURCE_ID', id: expect.stringMatching(/^mem_store_[0-7][0-9a-z]{25}$/) },
    })
  })

  it('makes a store that is ACTIVE by itself', async () => {
    const displayName = newName()
    const { body } = await api('POST', STORES, { displayName })
    const id = await resultOf(body.statusUrl)
    const store = await api('GET', `${STORES}/${id}`)
    expect(store.body).toEqual({ id, displayName, status: 'ACTIVE', intelligenceServiceId: null, version: 1 })
    expect((await api('GET', `/v1/Stores/${id}/Profiles`)).status).toBe(200)
  })

  it('takes a name once for each account', async () => {
    const displayName = newName()
    expect((await api('POST', STORES, { displayName })).status).toBe(202)
    expectRefusal(await api('POST', STORES, { displayName }), 409, 520045, displayName)
    expect((await strangerApi('POST', STORES, { displayName })).status).toBe(202)
  })

  it('takes a name once, also when it is asked for many times at once', async () => {
    const displayName = newName()
    const answers = await Promise.all(Array.from({ length: 8 }, () => api('POST', STORES, { displayName })))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...new Array<number>(7).fill(409)])
  })

  it('refuses names and descriptions out of bounds', async () => {
    for (const displayName of [
      '',
      'with space',
      'under_score',
      'ümlaut',
      'x'.repeat(65),
      'a\n',
      'a.b',
      undefined,
      null,
    ]) {
      expectRefusal(await api('POST', STORES, { displayName }), 400, 520046, 'displayName')
    }
    for (const description of ['', 'x'.repeat(129), 5, null]) {
      expectRefusal(await api('POST', STORES, { displayName: newName(), description }), 400, 520046, 'description')
    }
    expect((await api('POST', STORES, { displayName: 'x'.repeat(64), description: 'ä'.repeat(128) })).status).toBe(202)
  })
})

describe('FetchStore', () => {
  it('has an ETag of id and version', async () => {
    const { body } = await api('POST', STORES, { displayName: newName(), description: 'Ünïcode 😀' })
    const id = await resultOf(body.statusUrl)
    const { headers, body: store } = await api('GET', `${STORES}/${id}`)
    expect(store.description).toBe('Ünïcode 😀')
    const etag = headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]+"$/)
    expect(JSON.parse(Buffer.from(etag.slice(1, -1), 'base64url').toString())).toEqual({ id, v: 1 })
  })
})

describe('ListStores', () => {
  it('pages through the ids of the account, newest first', async () => {
    const all: string[] = (await api('GET', `${STORES}?pageSize=100`)).body.stores
    expect(all.toSorted().toReversed()).toEqual(all)
    const paged: string[] = []
    for (let query = 'pageSize=2'; query !== ''; ) {
      const { body } = await api('GET', `${STORES}?${query}`)
      expect(body.meta).toMatchObject({ key: 'stores', pageSize: 2 })
      paged.push(...body.stores)
      query = body.meta.nextToken === undefined ? '' : `pageSize=2&pageToken=${body.meta.nextToken}`
    }
    expect(paged).toEqual(all)
    expect((await api('GET', `${STORES}?pageSize=100&orderBy=ASC`)).body.stores).toEqual(all.toReversed())
  })

  it('has at most 100 on a page', async () => {
    for (const pageSize of [0, 101, 1000, 1.5]) {
      expectRefusal(await api('GET', `${STORES}?pageSize=${pageSize}`), 400, undefined, 'pageSize')
    }
  })
})
