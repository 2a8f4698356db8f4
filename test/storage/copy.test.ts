import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { compareTables, copyTables } from '../../src/storage/copy/copy.js'
import { advanceCopy, beginCopy, endCopy, identifySource } from '../../src/storage/copy/state.js'
import { ALL_TABLES, COPIED_TABLES, TABLE_KEYS } from '../../src/storage/copy/tables.js'
import type { Database } from '../../src/storage/database.js'
import { isMigrated, migrate, UnfinishedCopyError } from '../../src/storage/migrate.js'
import {
  anyRows,
  insertAny,
  insertEvents,
  listTables,
  newDatabaseEnv,
  openRows,
  readEverything,
} from '../support/rows.js'

const ignore = () => undefined

/** A database of SQLite with something in every table. */
async function openSource(seed?: number): Promise<Database> {
  const db = await openRows(await newDatabaseEnv('sqlite'))
  for (const table of await listTables(db)) {
    const [rows = []] = fc.sample(anyRows(table), { numRuns: 1, ...(seed !== undefined && { seed }) })
    await insertAny(db, table.name, rows)
  }
  return db
}

const openTarget = async () => openRows(await newDatabaseEnv())

async function copyAll(source: Database, target: Database, onRows: () => void = ignore): Promise<void> {
  const progress = await beginCopy(target, await identifySource(source.read), Date.now())
  await copyTables(source.read, target, progress, onRows)
}

/** What a copy is to hold: all rows, but uploaded files go another way, and nobody holds a job or a text. */
async function expectedOf(source: Database): Promise<Record<string, string[]>> {
  await source.transaction(async (trx) => {
    await trx.updateTable('job').set({ locked_by: null, locked_until: null }).execute()
    await trx.updateTable('encoding_queue').set({ claimed_until: 0 }).execute()
  })
  return { ...(await readEverything(source)), blob: [], blob_part: [] }
}

it('knows every table of the database, and by which key its rows are told apart', async () => {
  const db = await openRows(await newDatabaseEnv('sqlite'))
  const keys: Record<string, string[]> = {}
  for (const { name } of await listTables(db)) {
    const { rows } = await sql<{
      name: string
    }>`select name from pragma_table_info(${name}) where pk > 0 order by pk`.execute(db.read)
    keys[name] = rows.map((row) => row.name)
  }
  expect(TABLE_KEYS).toEqual(keys)
  expect([...COPIED_TABLES, 'blob', 'blob_part'].sort()).toEqual([...ALL_TABLES].sort())
})

it('copies every row of every table as it is, and back again', async () => {
  const source = await openSource()
  const filled = await readEverything(source)
  for (const table of ALL_TABLES) expect(filled[table], table).not.toHaveLength(0)
  const target = await openTarget()
  await copyAll(source, target)
  await compareTables(source.read, target.read, ignore)
  await endCopy(target)
  const expected = await expectedOf(source)
  expect(await readEverything(target)).toEqual(expected)

  const back = await openRows(await newDatabaseEnv('sqlite'))
  await copyAll(target, back)
  await endCopy(back)
  expect(await readEverything(back)).toEqual(expected)
})

it('goes on where it was, wherever it was interrupted', async () => {
  const source = await openSource()
  await insertEvents(source, 700)
  const target = await openTarget()
  let interruptions = 0
  for (let done = false; !done; interruptions += 1) {
    const before = interruptions % 3
    let pages = 0
    const interrupt = () => {
      pages += 1
      if (pages > before) throw new Error('interrupted')
    }
    done = await copyAll(source, target, interrupt).then(
      () => true,
      (error: Error) => {
        expect(error.message).toBe('interrupted')
        return false
      },
    )
  }
  expect(interruptions).toBeGreaterThan(10)
  await compareTables(source.read, target.read, ignore)
  await endCopy(target)
  expect(await readEverything(target)).toEqual(await expectedOf(source))
})

it('names the tables that differ: a row less, another value', async () => {
  const source = await openSource(1)
  await insertEvents(source, 3)
  const target = await openTarget()
  await copyAll(source, target)
  await target.transaction(async (trx) => {
    await trx.deleteFrom('event').where('id', '=', 'event-000000001').execute()
    await trx.updateTable('account').set({ token_hash: 'another' }).execute()
  })
  const comparing = compareTables(source.read, target.read, ignore)
  await expect(comparing).rejects.toThrow(
    /account: \d+ rows, but not the same; event: \d+ rows in the source, \d+ in the copy/,
  )
})

it('refuses a target that holds anything, and writes nothing there', async () => {
  const source = await openSource()
  const target = await openTarget()
  await target.transaction((trx) => trx.insertInto('server_state').values({ name: 'n', value: 'v' }).execute())
  const before = await readEverything(target)
  await expect(copyAll(source, target)).rejects.toThrow(/not empty \(it has rows in "server_state"\)/)
  expect(await readEverything(target)).toEqual(before)
  expect(await isMigrated(target)).toBe(true)
})

it('refuses a target that another source is copied into', async () => {
  const [one, other] = [await openSource(1), await openSource(2)]
  for (const [index, db] of [one, other].entries()) {
    await db.transaction((trx) =>
      trx
        .insertInto('server_state')
        .values({ name: 'signing-key', value: `key ${index}` })
        .execute(),
    )
  }
  const target = await openTarget()
  await copyAll(one, target)
  await expect(copyAll(other, target)).rejects.toThrow(/unfinished copy of something else/)
})

it('refuses to move a position that another process moved', async () => {
  const target = await openTarget()
  await beginCopy(target, 'source', Date.now())
  const to = { rows: 5, after: ['AC1'], done: false }
  await target.transaction((trx) => advanceCopy(trx, 'account', 0, to))
  await expect(target.transaction((trx) => advanceCopy(trx, 'account', 0, to))).rejects.toThrow(
    /another process copies/,
  )
})

it('lets nobody use a database before its copy has ended', async () => {
  const target = await openTarget()
  await beginCopy(target, 'source', Date.now())
  expect(await isMigrated(target)).toBe(false)
  await expect(migrate(target, Date.now())).rejects.toThrow(UnfinishedCopyError)
  await endCopy(target)
  expect(await isMigrated(target)).toBe(true)
  expect(await migrate(target, Date.now())).toEqual([])
})
