import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.js'
import { type Context, createContext } from '../../src/context.js'
import { BULK_CHUNK } from '../../src/domain/bulk-chunk.js'
import { writeChunk } from '../../src/domain/identity/chunk.js'
import type { ClaimedJob } from '../../src/domain/job.js'
import { PROCEDURE_THREADS } from '../../src/domain/procedure-threads.js'
import { lookupProfiles } from '../../src/domain/profile.js'
import { StorageUnavailableError } from '../../src/errors.js'
import { createLogger } from '../../src/log.js'
import type { StoreScope } from '../../src/scope.js'
import { migrate } from '../../src/storage/migrate.js'
import { openDatabase } from '../../src/storage/open.js'
import { PostgresThread } from '../../src/storage/postgres-thread.js'
import { lockStore } from '../../src/storage/store.js'
import { eventually } from '../support/api.js'
import { claimTestJob, createTestContext, openTestStore, TEST_ACTOR } from '../support/context.js'
import { databaseEnv, engine } from '../support/engine.js'
import { temporaryFolder } from '../support/folder.js'

/** Half of the time after which PostgreSQL looks for a deadlock. */
const BEFORE_A_LOOK_MS = 500

describe.runIf(engine === 'postgres')('the thread that runs what nobody waits for', () => {
  let ctx: Context
  let scope: StoreScope
  let job: ClaimedJob
  beforeEach(async () => {
    ctx = await createTestContext()
    scope = await openTestStore(ctx)
    job = await claimTestJob(ctx, scope)
  })

  const write = (email: string) =>
    writeChunk(ctx, scope, BULK_CHUNK, {
      actor: TEST_ACTOR,
      items: [{ traits: { Contact: { email } } }],
      state: job.progress(1),
    })

  const isStored = async (value: string) =>
    (await lookupProfiles(ctx, scope, { idType: 'email', value })).profiles.length === 1

  /** Connections of this database that wait for a lock. */
  const findWaiting = async () => {
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      ctx.db.read,
    )
    return rows.map(({ pid }) => pid)
  }

  it('counts its commits with those of the process', async () => {
    const before = ctx.db.commits.count
    await write('a@example.com')
    expect(ctx.db.commits.count).toBe(before + 1)
    expect(ctx.db.commitSizes.count).toBe(ctx.db.commits.count)
  })

  it('runs again what was the victim of a deadlock, and the process counts it', async () => {
    let written: ReturnType<typeof write> | undefined
    await ctx.db.transaction(async (trx) => {
      await trx.updateTable('job').set({ attempts: 1 }).execute()
      // It holds the store, and waits for its job.
      written = write('a@example.com')
      await eventually(findWaiting, (pids) => pids.length === 1)
      await sleep(BEFORE_A_LOOK_MS)
      await lockStore(trx, scope.storeId, 'settings')
    })
    expect(await written).toMatchObject({ created: 1 })
    expect(await isStored('a@example.com')).toBe(true)
    expect(ctx.db.retries.get('40P01')).toBe(1)
  })

  it('says that the database is gone, applies nothing, and goes on when it is back', async () => {
    let lost: Promise<unknown> | undefined
    await ctx.db.transaction(async (trx) => {
      await lockStore(trx, scope.storeId, 'settings')
      lost = write('a@example.com')
      lost.catch(() => undefined)
      const [pid] = await eventually(findWaiting, (pids) => pids.length === 1)
      await sql`select pg_terminate_backend(${pid})`.execute(ctx.db.read)
      await expect(lost).rejects.toBeInstanceOf(StorageUnavailableError)
    })
    expect(await isStored('a@example.com')).toBe(false)
    expect(await write('b@example.com')).toMatchObject({ created: 1 })
  })

  it('ends what is under way before it closes', async () => {
    const config = loadConfig({ RECOLLECT_DATA_DIR: '/nowhere', ...(await databaseEnv('/nowhere')) })
    const log = createLogger('silent')
    const db = await openDatabase(config, { now: Date.now, exclusive: true, log, threads: PROCEDURE_THREADS })
    await migrate(db, Date.now())
    const other = await createContext(config, { db, log, now: Date.now })
    const store = await openTestStore(other)
    const state = { job: { id: 'none', worker: 'none' }, now: 0, checkpoint: '1' }
    const items = [{ traits: { Contact: { email: 'a@example.com' } } }]
    const written = writeChunk(other, store, BULK_CHUNK, { actor: TEST_ACTOR, items, state })
    const settled = expect(written).rejects.toMatchObject({ reason: 'lease-lost' })
    await db.close()
    await settled
  })
})

it('a thread that ends fails what it had, and the next call has another', async () => {
  const thread = new PostgresThread({
    entry: new URL('data:text/javascript,process.exit(1)'),
    data: { url: '', connections: 1, timeoutMs: 1 },
    onConnectionError: () => undefined,
    onTally: () => undefined,
  })
  for (let turn = 0; turn < 2; turn += 1) {
    await expect(thread.call('any', undefined, undefined)).rejects.toBeInstanceOf(StorageUnavailableError)
  }
  await thread.close()
})

it('the end of a thread that failed does not touch the one after it', async () => {
  const folder = await temporaryFolder()
  const code = `
    import { existsSync, writeFileSync } from 'node:fs'
    import { parentPort, workerData } from 'node:worker_threads'
    const isSecond = existsSync(workerData.url)
    writeFileSync(workerData.url, '')
    if (!isSecond) throw new Error('the first one fails')
    const counts = { counts: new Float64Array(), sum: 0 }
    const tally = { commits: counts, commitSizes: counts, retries: [] }
    parentPort.on('message', (request) => {
      if (request === 'close') parentPort.close()
      else setTimeout(() => parentPort.postMessage({ id: request.id, output: 'answered', tally }), 100)
    })`
  const thread = new PostgresThread({
    entry: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
    data: { url: `${folder}/begun`, connections: 1, timeoutMs: 1 },
    onConnectionError: () => undefined,
    onTally: () => undefined,
  })
  await expect(thread.call('any', undefined, undefined)).rejects.toThrow('the first one fails')
  expect(await thread.call('any', undefined, undefined)).toBe('answered')
  await thread.close()
})
