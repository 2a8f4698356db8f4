import SqliteDatabase from 'better-sqlite3'
import pg from 'pg'
import { createRandom } from '../random.js'

/** How many people are in how many stores. */
export interface Scenario {
  readonly name: string
  readonly stores: number
  /** Of each store. */
  readonly profiles: number
  /** Of each profile, at most ten. */
  readonly identifiers: number
  /** Observations of the first profile of the first store. */
  readonly memories: number
}

/** Type and what tells the values of one profile apart: all ten are of types that a new store has. */
const IDENTIFIERS: readonly (readonly [idType: string, prefix: string, suffix: string])[] = [
  ['email', 'a', '@example.com'],
  ['phone', '+4930', '1'],
  ['email', 'b', '@example.com'],
  ['email', 'c', '@example.com'],
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
  /** How bytes are written that are given as hexadecimal digits. */
  readonly bytes: (hex: string) => string
  /** The type of a column of bytes. */
  readonly blob: string
  run(sql: string): Promise<void>
  close(): Promise<void>
}

export async function openPostgresFiller(url: string): Promise<Filler> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    numbers: (from, to) => ({ before: '', source: `generate_series(${from}, ${to}) as n(i)` }),
    padded: (digits) => `lpad(i::text, ${digits}, '0')`,
    bytes: (hex) => `'\\x${hex}'::bytea`,
    blob: 'bytea',
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
    bytes: (hex) => `x'${hex}'`,
    blob: 'blob',
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
      await fillChunk(filler, { storeId, identifiers: scenario.identifiers }, from, Math.min(from + CHUNK - 1, last))
    }
  }
  if (scenario.memories > 0) await fillMemories(filler, storeIds[0] ?? '', scenario.memories)
}

async function fillChunk(
  { numbers, padded, run }: Filler,
  { storeId, identifiers }: { readonly storeId: string; readonly identifiers: number },
  from: number,
  to: number,
): Promise<void> {
  const { before, source } = numbers(from, to)
  const [id, person] = [`'mem_profile_' || ${padded(26)}`, padded(DIGITS)]
  const traits = `'{"Contact":{"email":"a' || ${person} || '@example.com","firstName":"Ada","city":"Berlin"}}'`
  const facts = `'{"Contact":{"email":[1],"firstName":[1],"city":[1]}}'`
  await run(
    `${before} insert into profile (store_id, id, traits, trait_facts, created_at, updated_at)
     select '${storeId}', ${id}, ${traits}, ${facts}, 1700000000000, 1700000000000 from ${source}`,
  )
  for (const [ordinal, [idType, prefix, suffix]] of IDENTIFIERS.slice(0, identifiers).entries()) {
    await run(
      `${before} insert into identifier
         (store_id, id_type, value, shared_by, profile_id, origin_profile_id, ordinal, joins)
       select '${storeId}', '${idType}', '${prefix}' || ${person} || '${suffix}', '', ${id}, ${id}, ${ordinal}, 0
       from ${source}`,
    )
  }
}

const DIMENSIONS = 512
/** So many different vectors there are; what searching them costs does not depend on it. */
const VECTORS = 256
/** How many different words stand in each place of a text: some are common, some are not. */
const PLACES = [97, 4001, 89, 997]

/** A text with the words that belong to a number; an expression of `i`. */
function contentExpression(): string {
  const words = PLACES.map((words, place) => `'word${place}x' || (i * 7919 % ${words})`)
  return `'The customer asked about ' || ${words.join(` || ' and ' || `)} || ' and wants to be called back.'`
}

/** A question about the memory of a number. */
export function questionAbout(number: number): string {
  return `What about ${PLACES.map((words, place) => `word${place}x${(number * 7919) % words}`).join(' and ')}?`
}

async function fillMemories(filler: Filler, storeId: string, count: number): Promise<void> {
  const { numbers, padded, bytes, run } = filler
  const random = createRandom(1)
  const vectors = Array.from({ length: VECTORS }, (_, index) => `(${index}, ${bytes(makeVector(random.fraction))})`)
  await run(`create temporary table made_up_vector (number bigint primary key, vector ${filler.blob})`)
  await run(`insert into made_up_vector (number, vector) values ${vectors.join(',')}`)
  const profileId = profileIdOf(0)
  const id = `'mem_observation_' || ${padded(26)}`
  for (let from = 0; from < count; from += CHUNK) {
    const { before, source } = numbers(from, Math.min(from + CHUNK, count) - 1)
    await run(
      `${before} insert into observation (store_id, profile_id, id, origin_profile_id, content, source, occurred_at,
         conversation_ids, created_at, updated_at, change)
       select '${storeId}', '${profileId}', ${id}, '${profileId}', ${contentExpression()}, 'bench', 1700000000000 + i, '[]',
         1700000000000, 1700000000000, 1 from ${source}`,
    )
    await run(
      `${before} insert into memory_vector (store_id, profile_id, memory_id, model, chunk, vector, change)
       select '${storeId}', '${profileId}', ${id}, (select value from server_state where name = 'encoder-model'), 0, vector, 1
       from ${source} join made_up_vector on number = i % ${VECTORS}`,
    )
  }
  await run(`update profile set memory_version = 1 where store_id = '${storeId}' and id = '${profileId}'`)
}

/** @returns a vector of length 1, as hexadecimal digits of little-endian 32-bit floats */
function makeVector(fraction: () => number): string {
  const values = Array.from({ length: DIMENSIONS }, () => fraction() - 0.5)
  const length = Math.hypot(...values)
  return Buffer.from(Float32Array.from(values, (value) => value / length).buffer).toString('hex')
}
