import { onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config.js'
import { type Context, createContext } from '../../src/context.js'
import { type ClaimedJob, claimJob, enqueueJob } from '../../src/domain/job.js'
import { fetchOperation } from '../../src/domain/operation.js'
import { PROCEDURE_THREADS } from '../../src/domain/procedure-threads.js'
import { createStore } from '../../src/domain/store.js'
import { openStore } from '../../src/domain/store-scope.js'
import { createLogger } from '../../src/log.js'
import type { Actor, StoreScope } from '../../src/scope.js'
import { migrate } from '../../src/storage/migrate.js'
import { openDatabase } from '../../src/storage/open.js'
import { databaseEnv } from './engine.js'
import { temporaryFolder } from './folder.js'

const now = () => Date.now()

/** Everything a domain function stands on, in this process, on a database of its own that ends with the test. */
export async function createTestContext(): Promise<Context> {
  const dataDir = await temporaryFolder()
  const config = loadConfig({ RECOLLECT_DATA_DIR: dataDir, ...(await databaseEnv(dataDir)) })
  const log = createLogger('silent')
  const db = await openDatabase(config, { now, exclusive: true, log, threads: PROCEDURE_THREADS })
  onTestFinished(() => db.close())
  await migrate(db, now())
  return createContext(config, { db, log, now })
}

export const TEST_ACTOR: Actor = {
  accountSid: `AC${'1'.repeat(32)}`,
  credential: `AC${'1'.repeat(32)}`,
  requestId: `RQ${'1'.repeat(32)}`,
  operation: 'Test',
  clientAddress: '127.0.0.1',
}

/** A new store, opened. */
export async function openTestStore(ctx: Context, displayName = 'test'): Promise<StoreScope> {
  const operationId = await createStore(ctx, TEST_ACTOR, { displayName })
  const { resultId } = await fetchOperation(ctx, { accountSid: TEST_ACTOR.accountSid, stores: undefined }, operationId)
  return openStore(ctx, TEST_ACTOR.accountSid, resultId)
}

/** A job of the store in the hands of a worker. */
export async function claimTestJob(ctx: Context, scope: StoreScope): Promise<ClaimedJob> {
  const accepted = { storeId: scope.storeId, kind: 'bulk', payload: {}, actor: TEST_ACTOR } as const
  await ctx.db.transaction((trx) => enqueueJob(ctx, trx, accepted))
  const job = await claimJob(ctx, 'worker')
  if (job === undefined) throw new Error('there is a job')
  return job
}
