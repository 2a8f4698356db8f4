import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ListIdentity, type Page, type PageQuery, readPage } from '../../src/domain/page.js'

const LIST: ListIdentity = { accountSid: 'AC1', operationId: 'ListThings', parts: ['store-1'] }

/** A page of a list of numbers, which are their own cursors. */
function readNumbers(items: readonly number[], query: PageQuery, { list = LIST, maxItems = 1000, key = 'key' } = {}) {
  return readPage<number, number>(
    { signingKey: key },
    {
      list,
      key: 'things',
      query,
      maxItems,
      cursorOf: (item) => item,
      select: async ({ limit, order, after }) => {
        const sign = order === 'asc' ? 1 : -1
        return items
          .filter((item) => after === undefined || sign * (item - after) > 0)
          .toSorted((a, b) => sign * (a - b))
          .slice(0, limit)
      },
    },
  )
}

type Token = 'nextToken' | 'previousToken'

/** Follows tokens to the end. */
async function walk(items: readonly number[], query: PageQuery, token: Token, first?: Page<number>) {
  const pages = [first ?? (await readNumbers(items, query))]
  for (let page = pages[0]; page?.meta[token] !== undefined; page = pages.at(-1)) {
    pages.push(await readNumbers(items, { ...query, pageToken: page.meta[token] }))
    if (pages.length > items.length + 2) throw new Error('the pages never end')
  }
  return pages
}

const anyList = fc.uniqueArray(fc.nat(1000), { maxLength: 40 })
const anyQuery = fc.record(
  { pageSize: fc.integer({ min: 1, max: 15 }), orderBy: fc.constantFrom('ASC' as const, 'DESC' as const) },
  { requiredKeys: ['pageSize'] },
)

it('gives the whole list in order, page by page, forwards and back again', async () => {
  await fc.assert(
    fc.asyncProperty(anyList, anyQuery, async (items, query) => {
      const sorted = items.toSorted((a, b) => (query.orderBy === 'ASC' ? a - b : b - a))
      const forwards = await walk(items, query, 'nextToken')
      expect(forwards.flatMap((page) => page.items)).toEqual(sorted)
      for (const page of forwards.slice(0, -1)) expect(page.items).toHaveLength(query.pageSize)
      const backwards = await walk(items, query, 'previousToken', forwards.at(-1))
      expect(backwards.toReversed().flatMap((page) => page.items)).toEqual(sorted)
    }),
  )
})

it('turns back on any page to the items just before', async () => {
  const items = Array.from({ length: 10 }, (_, index) => index)
  const query = { pageSize: 3, orderBy: 'ASC' as const }
  const [first, second, third] = await walk(items, query, 'nextToken')
  const back = await readNumbers(items, { ...query, pageToken: third?.meta.previousToken ?? '' })
  expect(back).toMatchObject({ items: second?.items })
  expect(await readNumbers(items, { ...query, pageToken: back.meta.nextToken ?? '' })).toEqual(third)
  const start = await readNumbers(items, { ...query, pageToken: back.meta.previousToken ?? '' })
  expect(start.items).toEqual(first?.items)
  expect(start.meta.previousToken).toBeUndefined()
})

it('shows no item twice when others come and go between two pages', async () => {
  const first = await readNumbers([10, 20, 30, 40], { pageSize: 2, orderBy: 'ASC' })
  const query = { pageSize: 2, orderBy: 'ASC' as const, pageToken: first.meta.nextToken ?? '' }
  expect((await readNumbers([5, 10, 30, 35, 40], query)).items).toEqual([30, 35])
})

it('never holds more than maxItems, and says so in meta', async () => {
  const items = Array.from({ length: 120 }, (_, index) => index)
  const page = await readNumbers(items, { pageSize: 1000 }, { maxItems: 100 })
  expect(page.items).toHaveLength(100)
  expect(page.meta).toMatchObject({ key: 'things', pageSize: 100, nextToken: expect.any(String) })
  expect((await readNumbers(items, {})).meta.pageSize).toBe(50)
})

it('has no tokens when all fits on one page', async () => {
  expect(await readNumbers([], {})).toEqual({ items: [], meta: { key: 'things', pageSize: 50 } })
  expect((await readNumbers([1, 2], { pageSize: 2 })).meta).toEqual({ key: 'things', pageSize: 2 })
})

const isRefused = (answer: Promise<unknown>) =>
  expect(answer).rejects.toMatchObject({ status: 400, message: expect.stringContaining('pageToken') })

it('refuses a token that was changed at any place', async () => {
  const items = [1, 2, 3]
  const token = (await readNumbers(items, { pageSize: 1 })).meta.nextToken ?? ''
  expect(token).not.toBe('')
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '0', '-', '%'), async (at, letter) => {
      fc.pre(token[at] !== letter)
      await isRefused(readNumbers(items, { pageSize: 1, pageToken: token.slice(0, at) + letter + token.slice(at + 1) }))
    }),
  )
  for (const pageToken of ['', 'x', token.slice(1), token.slice(0, -1), `${token}A`, token.slice(0, 43)]) {
    await isRefused(readNumbers(items, { pageSize: 1, pageToken }))
  }
})

it('refuses a token of another list, account, filter, order or server', async () => {
  const items = [1, 2, 3]
  const pageToken = (await readNumbers(items, { pageSize: 1 })).meta.nextToken ?? ''
  const query = { pageSize: 1, pageToken }
  expect((await readNumbers(items, query)).items).toEqual([2])
  await isRefused(readNumbers(items, { ...query, orderBy: 'ASC' }))
  await isRefused(readNumbers(items, query, { list: { ...LIST, accountSid: 'AC2' } }))
  await isRefused(readNumbers(items, query, { list: { ...LIST, operationId: 'ListOthers' } }))
  await isRefused(readNumbers(items, query, { list: { ...LIST, parts: ['store-2'] } }))
  await isRefused(readNumbers(items, query, { key: 'another key' }))
})
