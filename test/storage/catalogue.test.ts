import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../support/database.js'

/** Texts are taken off the queue across stores, the newest first. */
const QUEUE_INDEX = 'encoding_queue_by_memory'
/** Tables that belong to no store, or that are read across stores; every other table is a tenant's. */
const GLOBAL_TABLES = [
  'account',
  'account_store',
  'api_key',
  'blob',
  'blob_part',
  'job',
  'operation',
  'schema_migration',
  'server_state',
  'store',
]

interface Column {
  readonly name: string
  readonly type: string
  readonly notnull: number
  /** Place in the primary key, from 1; 0 when it is not in it. */
  readonly pk: number
}

let database: TestDatabase
const catalogue = new Map<string, Column[]>()

beforeAll(async () => {
  database = await openTestDatabase()
  const tables = await select<{ name: string }>(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name",
  )
  for (const { name } of tables) {
    catalogue.set(name, await select<Column>(`select name, type, "notnull", pk from pragma_table_info('${name}')`))
  }
})
afterAll(() => database.close())

async function select<Row>(text: string): Promise<Row[]> {
  const { rows } = await sql.raw<Row>(text).execute(database.db.read)
  return rows
}

it('has the global tables and tables of stores', () => {
  expect([...catalogue.keys()]).toEqual(expect.arrayContaining([...GLOBAL_TABLES, 'profile', 'identifier', 'event']))
})

it('begins the primary key of every table of a store with store_id', () => {
  for (const [table, columns] of catalogue) {
    if (GLOBAL_TABLES.includes(table)) continue
    expect(columns.find(({ pk }) => pk === 1)?.name, table).toBe('store_id')
  }
})

it('begins every index on a table of a store with store_id', async () => {
  const indexes = await select<{ name: string; tbl_name: string }>(
    "select name, tbl_name from sqlite_master where type = 'index' and sql is not null",
  )
  expect(indexes).not.toHaveLength(0)
  for (const { name, tbl_name: table } of indexes) {
    if (GLOBAL_TABLES.includes(table) || name === QUEUE_INDEX) continue
    const [first] = await select<{ name: string }>(`select name from pragma_index_info('${name}') order by seqno`)
    expect(first?.name, name).toBe('store_id')
  }
})

it('has a primary key of required columns in every table', () => {
  for (const [table, columns] of catalogue) {
    const key = columns.filter(({ pk }) => pk > 0)
    expect(key, table).not.toHaveLength(0)
    expect(
      key.filter(({ notnull }) => notnull === 0),
      table,
    ).toEqual([])
  }
})

it('uses only types that both engines have', () => {
  for (const [table, columns] of catalogue) {
    for (const { name, type } of columns) {
      expect(['text', 'bigint', 'blob'], `${table}.${name}`).toContain(type.toLowerCase())
    }
  }
})

it('has no triggers and no views', async () => {
  expect(await select("select name from sqlite_master where type in ('trigger', 'view')")).toEqual([])
})
