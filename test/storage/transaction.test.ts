import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Executor } from '../../src/storage/tables.js'
import { openTestDatabase, type TestDatabase } from '../support/database.js'
import { defer } from '../support/deferred.js'
import { engine } from '../support/engine.js'

let database: TestDatabase
const db = () => database.db

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const insert = async (trx: Executor, name: string, value = '') => {
  await trx.insertInto('server_state').values({ name, value }).execute()
}

async function names(prefix: string): Promise<string[]> {
  const rows = await db().read.selectFrom('server_state').select('name').where('name', 'like', `${prefix}%`).execute()
  return rows.map(({ name }) => name).sort()
}

it('reads see what was acknowledged, and nothing before', async () => {
  const held = defer()
  const written = defer()
  const transaction = db().transaction(async (trx) => {
    await insert(trx, 'seen')
    written.resolve()
    await held.promise
    return 'done'
  })
  await Promise.race([written.promise, transaction])
  expect(await names('seen')).toEqual([])
  held.resolve()
  expect(await transaction).toBe('done')
  expect(await names('seen')).toEqual(['seen'])
})

it('a transaction sees its own writes and those before it', async () => {
  await db().transaction((trx) => insert(trx, 'own-1'))
  const seen = await db().transaction(async (trx) => {
    await insert(trx, 'own-2')
    return trx.selectFrom('server_state').select('name').where('name', 'like', 'own-%').execute()
  })
  expect(seen.map(({ name }) => name).sort()).toEqual(['own-1', 'own-2'])
})

it('undoes alone what throws: its neighbours stay', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) =>
      db().transaction(async (trx) => {
        await insert(trx, `neighbour-${index}`)
        if (index % 5 === 0) throw new RangeError(`no ${index}`)
        return index
      }),
    ),
  )
  results.forEach((result, index) => {
    if (index % 5 === 0) expect(result).toMatchObject({ status: 'rejected', reason: new RangeError(`no ${index}`) })
    else expect(result).toEqual({ status: 'fulfilled', value: index })
  })
  const kept = Array.from({ length: 40 }, (_, index) => index).filter((index) => index % 5 !== 0)
  expect(await names('neighbour-')).toEqual(kept.map((index) => `neighbour-${index}`).sort())
})

it('undoes alone what the database refuses', async () => {
  await db().transaction((trx) => insert(trx, 'taken'))
  const results = await Promise.allSettled([
    db().transaction((trx) => insert(trx, 'free-1')),
    db().transaction(async (trx) => {
      await insert(trx, 'half')
      await insert(trx, 'taken')
    }),
    db().transaction((trx) => sql`insert into nowhere values (1)`.execute(trx)),
    db().transaction((trx) => insert(trx, 'free-2')),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  expect(results[1]).toMatchObject({
    reason: { code: expect.stringMatching(/^(SQLITE_CONSTRAINT_PRIMARYKEY|23505)$/) },
  })
  expect(await names('free-')).toEqual(['free-1', 'free-2'])
  expect(await names('half')).toEqual([])
})

it.runIf(engine === 'sqlite')('lets the others wait while one is held open, and all end right', async () => {
  const held = defer()
  const first = db().transaction(async (trx) => {
    await insert(trx, 'held-0')
    await held.promise
    await insert(trx, 'held-1')
  })
  let ended = 0
  const others = Array.from({ length: 10 }, (_, index) =>
    db()
      .transaction((trx) => insert(trx, `held-other-${index}`))
      .then(() => {
        ended += 1
      }),
  )
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(ended).toBe(0)
  expect(await names('held-')).toEqual([])
  held.resolve()
  await Promise.all([first, ...others])
  expect(await names('held-')).toHaveLength(12)
})

it('ends a transaction that writes nothing, and one that fails before it wrote', async () => {
  expect(await db().transaction(async () => 'nothing')).toBe('nothing')
  await expect(
    db().transaction(async () => {
      throw new Error('at once')
    }),
  ).rejects.toThrow('at once')
  await db().transaction((trx) => insert(trx, 'afterwards'))
  expect(await names('afterwards')).toEqual(['afterwards'])
})

it('keeps numbers, text and blanks as they are', async () => {
  const value = 'ä😀\u0001 "quoted" \' \n'
  await db().transaction((trx) => insert(trx, 'text', value))
  const row = await db().read.selectFrom('server_state').select('value').where('name', '=', 'text').executeTakeFirst()
  expect(row?.value).toBe(value)
})

it('refuses to write on the connection that reads', async () => {
  await expect(insert(db().read, 'not here')).rejects.toThrow(/read-?only/i)
  expect(await names('not here')).toEqual([])
})
