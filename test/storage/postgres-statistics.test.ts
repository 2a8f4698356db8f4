import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoreScope } from '../../src/scope.js'
import { type IdentifierRow, insertIdentifiers } from '../../src/storage/identifier.js'
import { PostgresStatistics } from '../../src/storage/postgres-statistics.js'
import { runAll } from '../../src/storage/statement.js'
import { eventually } from '../support/api.js'
import { openTestDatabase, type TestDatabase } from '../support/database.js'
import { engine } from '../support/engine.js'

const scope = { accountSid: 'AC', storeId: 'mem_store_1', schemaVersion: 1 } as StoreScope

describe.runIf(engine === 'postgres')('the statistics of PostgreSQL', () => {
  let database: TestDatabase
  const db = () => database.db
  beforeAll(async () => {
    database = await openTestDatabase()
  })
  afterAll(() => database.close())

  let added = 0
  const addIdentifiers = (count: number) =>
    db().transaction((trx) => {
      const rows = Array.from({ length: count }, (): IdentifierRow => {
        added += 1
        const owner = { profileId: `mem_profile_${added}`, originProfileId: `mem_profile_${added}` }
        return { idType: 'email', value: `${added}@example.com`, exclusive: true, ...owner, ordinal: added, joins: 0 }
      })
      return runAll(trx, insertIdentifiers(scope, rows))
    })

  /** How many rows the planner takes a table to have; -1 as long as it was never measured. */
  const readMeasured = async (table: string) => {
    const { rows } = await sql<{ rows: number }>`
      select reltuples::int as rows from pg_class where oid = ${table}::regclass`.execute(db().read)
    return rows[0]?.rows
  }

  /** Any commit makes the engine look, once a second at most. */
  const measuredAfterCommits = (table: string, wanted: number) =>
    eventually(
      async () => {
        await db().transaction(async () => undefined)
        await sleep(50)
        return readMeasured(table)
      },
      (rows) => rows === wanted,
    )

  it('are made as soon as a table has grown, and again when it has doubled', async () => {
    await addIdentifiers(1500)
    expect(await measuredAfterCommits('identifier', 1500)).toBe(1500)
    await addIdentifiers(2000)
    expect(await measuredAfterCommits('identifier', 3500)).toBe(3500)
  })

  it('are left to the database where little changed', async () => {
    expect(await readMeasured('profile')).toBe(-1)
  })

  it('are made of a table with an odd name, too', async () => {
    const name = sql.id('Odd "name"')
    await db().transaction(async (trx) => {
      await sql`create table ${name} (value integer)`.execute(trx)
      await sql`insert into ${name} select generate_series(1, 2000)`.execute(trx)
    })
    expect(await measuredAfterCommits('"Odd ""name"""', 2000)).toBe(2000)
  })
})

it('a look for tables that grew that fails is no failure of a write, and is not taken again at once', async () => {
  let looks = 0
  const statistics = new PostgresStatistics(async () => {
    looks += 1
    throw new Error('no connection')
  })
  for (let commit = 0; commit < 3; commit += 1) {
    statistics.afterCommit()
    await sleep(1)
  }
  expect(looks).toBe(1)
})
