import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { createSdkClient, type Memory, present, refusalOf } from '../support/sdk.js'
import { startServer, type TestServer } from '../support/server.js'

const COUNT = 7

let server: TestServer
let memory: Memory
let store: string
/** Ids of the store's profiles, newest first. */
let profiles: string[]

beforeAll(async () => {
  server = await startServer()
  memory = createSdkClient(server).memory.v1
  store = await createStore(createApi(server))
  profiles = []
  for (let index = 0; index < COUNT; index += 1) {
    const { id } = await memory.profiles(store).create({ traits: { Contact: { chat: `paged-${index}` } } })
    profiles.unshift(present(id))
  }
})
afterAll(() => server.stop())

/** A page of the SDK: of strings where the document lists ids, whatever the SDK's types say. */
interface Page {
  readonly instances: unknown[]
  nextPage(): Promise<unknown> | undefined
  previousPage(): Promise<unknown> | undefined
}

/** All pages from one on, in one direction. */
async function walk(page: Page, step: 'nextPage' | 'previousPage'): Promise<unknown[][]> {
  const pages: unknown[][] = []
  for (let next: Page | undefined = page; next !== undefined; next = (await next[step]()) as Page | undefined) {
    pages.push(next.instances)
  }
  return pages
}

async function lastPage(page: Page): Promise<Page> {
  const next = (await page.nextPage()) as Page | undefined
  return next === undefined ? page : lastPage(next)
}

describe('pages', () => {
  it('hold ids, newest first, and say what they are', async () => {
    const page = await memory.profiles(store).page({ pageSize: 3 })
    expect(page.instances).toEqual(profiles.slice(0, 3))
    expect([page.key, page.pageSize]).toEqual(['profiles', 3])
    expect(page.nextToken).toBeTypeOf('string')
    expect(page.previousToken).toBeUndefined()
    expect(page.previousPage()).toBeUndefined()
  })

  it('lead forward to the end and back to the start, in either order and any size', async () => {
    const sizes = fc.integer({ min: 1, max: COUNT + 1 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom('ASC', 'DESC'), async (pageSize, orderBy) => {
        const first = await memory.profiles(store).page({ pageSize, orderBy })
        const forward = await walk(first, 'nextPage')
        expect(forward.flat()).toEqual(orderBy === 'DESC' ? profiles : profiles.toReversed())
        expect(forward.slice(0, -1).every((page) => page.length === pageSize)).toBe(true)
        const backward = await walk(await lastPage(first), 'previousPage')
        expect(backward.toReversed()).toEqual(forward)
      }),
      { numRuns: 20 },
    )
  })

  it('are reached by address', async () => {
    const page = await memory.profiles(store).getPage(`${server.url}/v1/Stores/${store}/Profiles?pageSize=2`)
    expect(page.instances).toEqual(profiles.slice(0, 2))
  })

  it('are empty, not absent, when there is nothing', async () => {
    const empty = await createStore(createApi(server))
    const page = await memory.profiles(empty).page()
    expect(page.instances).toEqual([])
    expect(page.nextPage()).toBeUndefined()
    expect(await memory.imports(empty).list()).toEqual([])
  })

  it('with a size beyond the bounds are refused', async () => {
    expect(await refusalOf(memory.profiles(store).page({ pageSize: 0 }))).toMatchObject({ status: 400 })
    expect(await refusalOf(memory.profiles(store).page({ pageSize: 1001 }))).toMatchObject({ status: 400 })
  })
})

describe('each', () => {
  it('visits every item once, over all pages', async () => {
    const visited: unknown[] = []
    await memory.profiles(store).each({ pageSize: 2 }, (id) => visited.push(id))
    expect(visited).toEqual(profiles)
  })

  it('stops at a limit, and when it is told to', async () => {
    const limited: unknown[] = []
    await memory.profiles(store).each({ limit: 4 }, (id) => limited.push(id))
    expect(limited).toEqual(profiles.slice(0, 4))
    const stopped: unknown[] = []
    await memory.profiles(store).each({ pageSize: 1 }, (id, done) => {
      stopped.push(id)
      if (stopped.length === 2) done()
    })
    expect(stopped).toEqual(profiles.slice(0, 2))
  })

  it('ends with the refusal of a page', async () => {
    // Without a page size the SDK asks for pages as large as the limit, which the document bounds at 1000.
    const visits = Promise.resolve(memory.profiles(store).each({ limit: 1001 }, () => undefined))
    expect(await refusalOf(visits)).toMatchObject({
      status: 400,
    })
  })
})

describe('list', () => {
  it('of ids reads a single page, as the SDK does', async () => {
    expect(await memory.profiles(store).list()).toEqual(profiles)
    expect(await memory.profiles(store).list({ pageSize: 3 })).toEqual(profiles.slice(0, 3))
    expect(await memory.profiles(store).list({ limit: 5 })).toEqual(profiles.slice(0, 5))
  })

  it('of traits reads all pages', async () => {
    const contact = { chat: 'listed', firstName: 'Ada', lastName: 'Byron', city: 'London', country: 'UK' }
    const id = present((await memory.profiles(store).create({ traits: { Contact: contact } })).id)
    const traits = await memory.traits(store, id).list({ pageSize: 2, orderBy: 'ASC' })
    expect(Object.fromEntries(traits.map(({ name, value }) => [name, value]))).toEqual(contact)
    expect(traits).toHaveLength(5)
    for (const { traitGroup, timestamp } of traits) {
      expect(traitGroup).toBe('Contact')
      expect(timestamp).toBeInstanceOf(Date)
    }
    expect(await memory.traits(store, id).list({ limit: 3 })).toHaveLength(3)
    expect(await memory.traits(store, id).list({ traitGroups: 'Nothing' })).toEqual([])
  })

  it('of trait groups reads all pages', async () => {
    for (const displayName of ['One', 'Two', 'Three']) await memory.traitGroups(store).create({ displayName })
    const groups = await memory.traitGroups(store).list({ pageSize: 1 })
    expect(groups.map(({ displayName }) => displayName)).toEqual(['Three', 'Two', 'One', 'Contact'])
    expect(groups.every(({ traits }) => traits === undefined)).toBe(true)
    const [whole] = await memory.traitGroups(store).list({ includeTraits: true, orderBy: 'ASC', limit: 1 })
    expect(whole?.traits).toHaveProperty('email')
  })

  it('of stores and of imports reads ids', async () => {
    const stores = await memory.stores.list()
    expect(stores).toContain(store)
    const columnMappings = ['email', 'firstName'].map((traitName) => {
      return { columnName: traitName, traitGroup: 'Contact', traitName }
    })
    const imports: string[] = []
    for (let index = 0; index < 3; index += 1) {
      const input = { filename: `${index}.csv`, fileSize: 10, columnMappings }
      imports.unshift(present((await memory.imports(store).create(input)).importId))
    }
    expect(await memory.imports(store).list()).toEqual(imports)
    expect(await walk(await memory.imports(store).page({ pageSize: 2 }), 'nextPage')).toEqual([
      imports.slice(0, 2),
      imports.slice(2),
    ])
  })
})
