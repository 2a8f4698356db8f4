import fc from 'fast-check'
import type { Kysely, TableMetadata } from 'kysely'
import { onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config.js'
import { createLogger } from '../../src/log.js'
import type { Database } from '../../src/storage/database.js'
import { migrate } from '../../src/storage/migrate.js'
import { openDatabase } from '../../src/storage/open.js'
import { insertRows, runAll } from '../../src/storage/statement.js'
import { databaseEnv } from './engine.js'
import { temporaryFolder } from './folder.js'

/** Settings of an empty database of the test: of this run's engine, or of the one that is asked for. */
export async function newDatabaseEnv(kind?: 'sqlite'): Promise<Record<string, string>> {
  const dataDir = await temporaryFolder()
  return { RECOLLECT_DATA_DIR: dataDir, DATABASE_URL: '', ...(kind !== 'sqlite' && (await databaseEnv(dataDir))) }
}

/** Opens a database in this process until the test ends. */
export async function openRows(env: Record<string, string>, { migrated = true } = {}): Promise<Database> {
  const db = await openDatabase(loadConfig(env), { now: Date.now, exclusive: false, log: createLogger('silent') })
  onTestFinished(() => db.close())
  if (migrated) await migrate(db, Date.now())
  return db
}

const NOT_COPIED = new Set(['schema_migration', 'backup_digest'])

/** The tables as the database itself knows them. */
export async function listTables(db: Database): Promise<TableMetadata[]> {
  const tables = await db.read.introspection.getTables()
  return tables.filter(({ name }) => !NOT_COPIED.has(name) && !name.startsWith('sqlite_'))
}

/** Everything that is stored: each table's rows, in an order that does not depend on the engine. */
export async function readEverything(db: Database): Promise<Record<string, string[]>> {
  const read = db.read as unknown as Kysely<Record<string, Record<string, unknown>>>
  const found: Record<string, string[]> = {}
  for (const { name } of await listTables(db)) {
    const rows = await read.selectFrom(name).selectAll().execute()
    found[name] = rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
  }
  return found
}

/** Characters on which engines could differ. */
const text = fc.string({
  unit: fc.constantFrom('\0', '\uFFFE', '0', 'a', 'Z', '~', 'ä', '😀', '"', '\\', '\n'),
  maxLength: 8,
})
const integer = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.maxSafeInteger())
const bytes = fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value))

function columnValue(dataType: string): fc.Arbitrary<string | number | Buffer> {
  if (/text/i.test(dataType)) return text
  return /blob|bytea/i.test(dataType) ? bytes : integer
}

/** Rows of a table, of whatever its columns can hold. */
export function anyRows({ columns }: TableMetadata): fc.Arbitrary<Record<string, unknown>[]> {
  const row = Object.fromEntries(
    columns.map(({ name, dataType, isNullable }) => [
      name,
      isNullable ? fc.option(columnValue(dataType)) : columnValue(dataType),
    ]),
  )
  return fc.array(fc.record(row), { minLength: 1, maxLength: 30 })
}

/** Inserts rows; those that break a constraint are left out. */
export async function insertAny(db: Database, table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  await db.transaction(async (trx) => {
    const write = trx as unknown as Kysely<Record<string, Record<string, unknown>>>
    for (const row of rows) {
      await write
        .insertInto(table)
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    }
  })
}

/** Many rows, so that what reads them all takes a while. */
export async function insertEvents(db: Database, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => [
    'mem_store_01arz3ndektsv4rrffq69g5fav',
    `event-${String(index).padStart(9, '0')}`,
    'com.twilio.memory.profile.updated',
    `mem_profile_${index}`,
    'RQ1',
    'AC1',
    '{}',
    index,
  ])
  const columns = ['store_id', 'id', 'type', 'subject_id', 'request_id', 'actor', 'data', 'created_at'] as const
  await db.transaction((trx) => runAll(trx, insertRows('event', columns, rows)))
}

interface Migrations {
  schema_migration: { name: string; applied_at: number }
}

/** Changes what a database says of its schema. */
export async function changeMigrations(
  db: Database,
  change: (trx: Kysely<Migrations>) => Promise<void>,
): Promise<void> {
  await db.transaction((trx) => change(trx as unknown as Kysely<Migrations>))
}
