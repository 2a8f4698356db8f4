import SqliteDatabase from 'better-sqlite3'
import pg from 'pg'

/** How many people are in how many stores. */
export interface Scenario {
  readonly name: string
  readonly stores: number
  /** Of each store. */
  readonly profiles: number
}

export const IDENTIFIERS_A_PROFILE = 10

/** Type and what tells the values of one profile apart: all ten are of types that a new store has. */
const IDENTIFIERS: readonly (readonly [idType: string, prefix: string, suffix: string])[] = [
  ['email', 'a', '@example.com'],
  ['email', 'b', '@example.com'],
  ['email', 'c', '@example.com'],
  ['phone', '+4930', '1'],
  ['phone', '+4930', '2'],
  ['phone', '+4930', '3'],
  ['whatsapp', '+4940', '1'],
  ['whatsapp', '+4940', '2'],
  ['chat', 'chat-', '-a'],
  ['chat', 'chat-', '-b'],
]

const DIGITS = 10
const CHUNK = 100_000

/** Number of a person in the whole database: no two stores share one. */
export function personNumber(scenario: Scenario, store: number, index: number): number {
  return store * scenario.profiles + index
}

export function profileIdOf(person: number): string {
  return `mem_profile_${String(person).padStart(26, '0')}`
}

/** The first e-mail address of a person. */
export function emailOf(person: number): string {
  return `a${String(person).padStart(DIGITS, '0')}@example.com`
}

/** A database that takes SQL text; `numbers` is a table expression of the whole numbers from a to b, named `n(i)`. */
export interface Filler {
  readonly numbers: (from: number, to: number) => { readonly before: string; readonly source: string }
  readonly padded: (digits: number) => string
  run(sql: string): Promise<void>
  close(): Promise<void>
}

export async function openPostgresFiller(url: string): Promise<Filler> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    numbers: (from, to) => ({ before: '', source: `generate_series(${from}, ${to}) as n(i)` }),
    padded: (digits) => `lpad(i::text, ${digits}, '0')`,
    run: async (sql) => {
      await client.query(sql)
    },
    close: () => client.end(),
  }
}

export function openSqliteFiller(file: string): Filler {
  const db = new SqliteDatabase(file)
  db.pragma('synchronous = OFF')
  db.pragma('cache_size = -1000000')
  return {
    numbers: (from, to) => ({
      before: `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to})`,
      source: 'n',
    }),
    padded: (digits) => `printf('%0${digits}d', i)`,
    run: async (sql) => {
      db.exec(sql)
    },
    close: async () => {
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
    },
  }
}

/** Writes the people of all stores with SQL: through the API it would take hours. */
export async function fill(filler: Filler, scenario: Scenario, storeIds: readonly string[]): Promise<void> {
  for (const [store, storeId] of storeIds.entries()) {
    const last = personNumber(scenario, store + 1, 0) - 1
    for (let from = personNumber(scenario, store, 0); from <= last; from += CHUNK) {
      await fillChunk(filler, storeId, from, Math.min(from + CHUNK - 1, last))
    }
  }
}

async function fillChunk({ numbers, padded, run }: Filler, storeId: string, from: number, to: number): Promise<void> {
  const { before, source } = numbers(from, to)
  const [id, person] = [`'mem_profile_' || ${padded(26)}`, padded(DIGITS)]
  const traits = `'{"Contact":{"email":"a' || ${person} || '@example.com","firstName":"Ada","city":"Berlin"}}'`
  const facts = `'{"Contact":{"email":[1],"firstName":[1],"city":[1]}}'`
  await run(
    `${before} insert into profile (store_id, id, traits, trait_facts, created_at, updated_at)
     select '${storeId}', ${id}, ${traits}, ${facts}, 1700000000000, 1700000000000 from ${source}`,
  )
  for (const [ordinal, [idType, prefix, suffix]] of IDENTIFIERS.entries()) {
    await run(
      `${before} insert into identifier
         (store_id, id_type, value, shared_by, profile_id, origin_profile_id, ordinal, joins)
       select '${storeId}', '${idType}', '${prefix}' || ${person} || '${suffix}', '', ${id}, ${id}, ${ordinal}, 0
       from ${source}`,
    )
  }
}
