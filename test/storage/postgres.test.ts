import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.js'
import { createLogger } from '../../src/log.js'
import { listAccounts, lockAccount } from '../../src/storage/account.js'
import { findDueJob } from '../../src/storage/job.js'
import { isMigrated, migrate, NewerDatabaseError } from '../../src/storage/migrate.js'
import { openDatabase } from '../../src/storage/open.js'
import { findStore, findStoreByName, lockStore } from '../../src/storage/store.js'
import type { Executor } from '../../src/storage/tables.js'
import { newDataDir, openTestDatabase, type TestDatabase } from '../support/database.js'
import { databaseEnv, engine } from '../support/engine.js'

const log = createLogger('silent')

describe.runIf(engine === 'postgres')('PostgreSQL', () => {
  let database: TestDatabase
  const db = () => database.db
  beforeAll(async () => {
    database = await openTestDatabase()
  })
  afterAll(() => database.close())

  const put = async (trx: Executor, name: string, value: string) => {
    await trx.insertInto('server_state').values({ name, value }).execute()
  }
  const set = async (trx: Executor, name: string, value: string) => {
    await trx.updateTable('server_state').set({ value }).where('name', '=', name).execute()
  }
  const readValue = async (name: string) =>
    (await db().read.selectFrom('server_state').select('value').where('name', '=', name).executeTakeFirst())?.value

  it('runs a transaction again that was the victim of a deadlock, and counts it', async () => {
    await db().transaction(async (trx) => {
      await put(trx, 'left', '')
      await put(trx, 'right', '')
    })
    let runs = 0
    const change = (first: string, second: string) =>
      db().transaction(async (trx) => {
        runs += 1
        await set(trx, first, `${first} first`)
        await sleep(100)
        await set(trx, second, `${first} first`)
      })
    await Promise.all([change('left', 'right'), change('right', 'left')])
    expect(runs).toBe(3)
    expect(await readValue('left')).toBe(await readValue('right'))
    expect(db().retries.get('40P01')).toBe(1)
  })

  it('reads anew when another node inserted the same row first', async () => {
    const insertOrSee = () =>
      db().transaction(async (trx) => {
        const known = await trx.selectFrom('server_state').select('value').where('name', '=', 'once').executeTakeFirst()
        if (known !== undefined) return 'seen'
        await sleep(50)
        await put(trx, 'once', '')
        return 'inserted'
      })
    const results = await Promise.all([insertOrSee(), insertOrSee(), insertOrSee()])
    expect(results.sort()).toEqual(['inserted', 'seen', 'seen'])
    expect(db().retries.get('23505')).toBe(2)
  })

  const failAs = (trx: Executor, code: string) =>
    sql.raw(`do $$ begin raise exception using errcode = '${code}'; end $$`).execute(trx)

  it('runs a transaction again whose snapshot another one outdated', async () => {
    let runs = 0
    await db().transaction(async (trx) => {
      runs += 1
      await put(trx, 'serialised', `run ${runs}`)
      if (runs < 3) await failAs(trx, '40001')
    })
    expect({ runs, value: await readValue('serialised') }).toEqual({ runs: 3, value: 'run 3' })
    expect(db().retries.get('40001')).toBe(2)
  })

  it('gives up after eight runs, and runs nothing again that is no matter of others', async () => {
    for (const [code, most] of [
      ['40001', 8],
      ['22012', 1],
    ] as const) {
      let runs = 0
      const work = db().transaction(async (trx) => {
        runs += 1
        await put(trx, `given up ${code}`, '')
        await failAs(trx, code)
      })
      await expect(work).rejects.toMatchObject({ code })
      expect(runs).toBe(most)
      expect(await readValue(`given up ${code}`)).toBeUndefined()
    }
  })

  it('gives a refusal that stays one as it is', async () => {
    await expect(db().transaction((trx) => put(trx, 'once', ''))).rejects.toMatchObject({ code: '23505' })
  })

  it('keeps ids in the order of their bytes, whatever language the database speaks', async () => {
    await db().transaction(async (trx) => {
      for (const name of ['order-b', 'order-A', 'order-a', 'order-_', 'order-ä']) await put(trx, name, '')
    })
    const rows = await db()
      .read.selectFrom('server_state')
      .select('name')
      .where('name', 'like', 'order-%')
      .orderBy('name')
      .execute()
    expect(rows.map(({ name }) => name)).toEqual(['order-A', 'order-_', 'order-a', 'order-b', 'order-ä'])
  })

  it('gives numbers as numbers, bytes as bytes, and U+0000 back', async () => {
    const now = 1_790_000_000_123_456
    await db().transaction(async (trx) => {
      await put(trx, 'nul', 'before\0after\uFFFE')
      await trx.insertInto('blob').values({ name: 'x', size: now, created_at: now }).execute()
      await trx
        .insertInto('blob_part')
        .values({ blob_name: 'x', position: 0, content: new Uint8Array([0, 255, 1]) })
        .execute()
    })
    expect(await readValue('nul')).toBe('before\0after\uFFFE')
    expect(await db().read.selectFrom('blob').selectAll().execute()).toEqual([
      { name: 'x', size: now, created_at: now },
    ])
    const part = await db().read.selectFrom('blob_part').select('content').executeTakeFirstOrThrow()
    expect([...part.content]).toEqual([0, 255, 1])
  })

  it('goes on when a newer version adds columns meanwhile', async () => {
    const dataDir = await newDataDir()
    const config = loadConfig(await databaseEnv(dataDir))
    // One connection of each kind, so that what it keeps prepared is asked again.
    const own = await openDatabase({ ...config, databaseConnections: 1 }, { now: Date.now, exclusive: true, log })
    await migrate(own, Date.now())
    const use = async () => {
      await own.transaction(async (trx) => {
        await lockStore(trx, 'mem_store_x', 'identity')
        await lockAccount(trx, 'AC')
      })
      await findStore(own.read, 'mem_store_x')
      await findStoreByName(own.read, 'AC', 'shop')
      await listAccounts(own.read)
      await findDueJob(own.read, 'worker', 1)
    }
    for (let time = 0; time < 8; time += 1) await use()
    for (const table of ['store', 'account', 'job']) {
      await own.transaction((trx) => sql`alter table ${sql.table(table)} add column later text`.execute(trx))
    }
    for (let time = 0; time < 8; time += 1) await use()
    await own.close()
  })

  it('ends a statement that takes too long, as unavailable, and goes on', async () => {
    const dataDir = await newDataDir()
    const env = { ...(await databaseEnv(dataDir)), RECOLLECT_DATABASE_TIMEOUT_MS: '200' }
    const hasty = await openDatabase(loadConfig(env), { now: Date.now, exclusive: true, log: createLogger('silent') })
    await expect(sql`select pg_sleep(5)`.execute(hasty.read)).rejects.toMatchObject({ name: 'StorageUnavailableError' })
    await hasty.ping()
    await hasty.close()
  })

  it('is migrated once by several that start at the same time', async () => {
    const config = loadConfig(await databaseEnv(await newDataDir()))
    const starters = await Promise.all(
      Array.from({ length: 4 }, () =>
        openDatabase(config, { now: Date.now, exclusive: true, log: createLogger('silent') }),
      ),
    )
    const applied = await Promise.all(starters.map((starter) => migrate(starter, Date.now())))
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1)
    const [first, ...others] = starters
    if (first === undefined) throw new Error('there are four')
    expect(await isMigrated(first)).toBe(true)
    await first.transaction((trx) => sql`insert into schema_migration values ('9999-later', 1)`.execute(trx))
    for (const other of others) await expect(migrate(other, Date.now())).rejects.toThrow(NewerDatabaseError)
    expect(await isMigrated(first)).toBe(false)
    await Promise.all(starters.map((starter) => starter.close()))
  })
})
