import { beforeAll, expect, it } from 'vitest'
import { type Answer, createStore } from '../support/api.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, strangerApi, store } = useServer()

const TOTAL = 7
const created: string[] = []
const path = (query = '') => `/v1/Stores/${store()}/Profiles?${query}`

beforeAll(async () => {
  for (let index = 0; index < TOTAL; index += 1) {
    const { body } = await api('POST', path(), { traits: { Contact: { chat: `user-${index}` } } })
    created.push(body.id)
  }
})

type Token = 'nextToken' | 'previousToken'

/** Pages from the first to where the tokens end. */
async function walk(query: string, token: Token, from?: Answer): Promise<Answer[]> {
  const pages = [from ?? (await api('GET', path(query)))]
  for (let at = pages[0]?.body.meta[token]; at !== undefined; at = pages.at(-1)?.body.meta[token]) {
    pages.push(await api('GET', path(`${query}&pageToken=${encodeURIComponent(at)}`)))
    expect(pages.length).toBeLessThan(20)
  }
  return pages
}

const idsOf = (pages: readonly Answer[]): string[] => pages.flatMap(({ body }) => body.profiles)

it('lists ids newest first; ASC is DESC reversed', async () => {
  const { status, body } = await api('GET', path())
  expect(status).toBe(200)
  expect(body).toEqual({ profiles: created.toReversed(), meta: { key: 'profiles', pageSize: 50 } })
  expect((await api('GET', path('orderBy=DESC'))).body).toEqual(body)
  expect((await api('GET', path('orderBy=ASC'))).body.profiles).toEqual(created)
})

it.each(['ASC', 'DESC'])('pages forwards and back again without gaps or repeats (%s)', async (orderBy) => {
  for (const pageSize of [1, 2, 3, TOTAL, TOTAL + 1]) {
    const query = `orderBy=${orderBy}&pageSize=${pageSize}`
    const sorted = orderBy === 'ASC' ? created : created.toReversed()
    const forwards = await walk(query, 'nextToken')
    expect(idsOf(forwards)).toEqual(sorted)
    expect(forwards).toHaveLength(Math.ceil(TOTAL / pageSize))
    for (const { body } of forwards) expect(body.meta).toMatchObject({ key: 'profiles', pageSize })
    expect(forwards[0]?.body.meta.previousToken).toBeUndefined()
    const backwards = await walk(query, 'previousToken', forwards.at(-1))
    expect(idsOf(backwards.toReversed())).toEqual(sorted)
  }
})

it('is an empty array, never null, when there is nothing', async () => {
  const empty = await createStore(api)
  const { body } = await api('GET', `/v1/Stores/${empty}/Profiles`)
  expect(body).toEqual({ profiles: [], meta: { key: 'profiles', pageSize: 50 } })
})

it('clamps nothing: what is out of bounds is refused', async () => {
  for (const pageSize of [
    '0',
    '-1',
    '1001',
    '1.5',
    '1e2',
    '0x10',
    'ten',
    '',
    ' 5',
    '5 ',
    'null',
    '99999999999999999999',
  ]) {
    expectRefusal(await api('GET', path(`pageSize=${encodeURIComponent(pageSize)}`)), 400, undefined, 'pageSize')
  }
  expectRefusal(await api('GET', path('pageSize=1&pageSize=2')), 400, undefined, 'pageSize')
  for (const orderBy of ['asc', 'desc', '', 'RANDOM', 'ASC ', 'ASC,DESC']) {
    expectRefusal(await api('GET', path(`orderBy=${encodeURIComponent(orderBy)}`)), 400, undefined, 'orderBy')
  }
  expect((await api('GET', path('pageSize=1000'))).body.meta.pageSize).toBe(1000)
})

it('refuses tokens that were changed, cut off or never ours', async () => {
  const token: string = (await api('GET', path('pageSize=2'))).body.meta.nextToken
  expect((await api('GET', path(`pageSize=2&pageToken=${token}`))).status).toBe(200)
  const flip = (at: number) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  const middle = Math.floor(token.length / 2)
  for (const bad of [
    flip(0),
    flip(middle),
    flip(token.length - 1),
    token.slice(0, -1),
    `${token}A`,
    '',
    'x',
    '%00',
    '__proto__',
  ]) {
    expectRefusal(
      await api('GET', path(`pageSize=2&pageToken=${encodeURIComponent(bad)}`)),
      400,
      undefined,
      'pageToken',
    )
  }
  expectRefusal(await api('GET', path(`pageToken=${'x'.repeat(4097)}`)), 400, undefined, 'pageToken')
})

it('refuses tokens of another list, order, store or account', async () => {
  const token: string = (await api('GET', path('pageSize=2'))).body.meta.nextToken
  const other = await createStore(api)
  expectRefusal(await api('GET', path(`orderBy=ASC&pageToken=${token}`)), 400, undefined, 'pageToken')
  expectRefusal(await api('GET', `/v1/Stores/${other}/Profiles?pageToken=${token}`), 400, undefined, 'pageToken')
  expectRefusal(
    await api('GET', `/v1/Stores/${store()}/Profiles/Imports?pageToken=${token}`),
    400,
    undefined,
    'pageToken',
  )
  expectRefusal(await api('GET', `/v1/ControlPlane/Stores?pageToken=${token}`), 400, undefined, 'pageToken')
  const own: string = (await api('GET', '/v1/ControlPlane/Stores?pageSize=1')).body.meta.nextToken
  expect(own).toBeTypeOf('string')
  expectRefusal(await strangerApi('GET', `/v1/ControlPlane/Stores?pageToken=${own}`), 400, undefined, 'pageToken')
})

it('keeps its place when profiles come between two pages', async () => {
  const fresh = await createStore(api)
  const add = async (chat: string): Promise<string> =>
    (await api('POST', `/v1/Stores/${fresh}/Profiles`, { traits: { Contact: { chat } } })).body.id
  const [a, b, c] = [await add('a'), await add('b'), await add('c')]
  const first = await api('GET', `/v1/Stores/${fresh}/Profiles?pageSize=1`)
  expect(first.body.profiles).toEqual([c])
  await add('d')
  await api('DELETE', `/v1/Stores/${fresh}/Profiles/${c}`)
  const second = await api('GET', `/v1/Stores/${fresh}/Profiles?pageSize=2&pageToken=${first.body.meta.nextToken}`)
  expect(second.body.profiles).toEqual([b, a])
  expect(second.body.meta.nextToken).toBeUndefined()
})
