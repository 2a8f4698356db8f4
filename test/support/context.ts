import { onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config.js'
import { type Context, createContext } from '../../src/context.js'
import { fetchOperation } from '../../src/domain/operation.js'
import { createStore, openStore } from '../../src/domain/store.js'
import { createLogger } from '../../src/log.js'
import type { Actor, StoreScope } from '../../src/scope.js'
import { migrate } from '../../src/storage/migrate.js'
import { openSqlite } from '../../src/storage/sqlite.js'
import { temporaryFolder } from './folder.js'

const now = () => Date.now()

/** Everything a domain function stands on, in this process, on a database of its own that ends with the test. */
export async function createTestContext(): Promise<Context> {
  const dataDir = await temporaryFolder()
  const db = openSqlite(dataDir, { now, exclusive: true })
  onTestFinished(() => db.close())
  await migrate(db, now())
  return createContext(loadConfig({ RECOLLECT_DATA_DIR: dataDir }), { db, log: createLogger('silent'), now })
}

export const TEST_ACTOR: Actor = {
  accountSid: `AC${'1'.repeat(32)}`,
  credential: `AC${'1'.repeat(32)}`,
  requestId: `RQ${'1'.repeat(32)}`,
}

/** A new store, opened. */
export async function openTestStore(ctx: Context): Promise<StoreScope> {
  const operationId = await createStore(ctx, TEST_ACTOR, { displayName: 'test' })
  const { resultId } = await fetchOperation(ctx, TEST_ACTOR.accountSid, operationId)
  return openStore(ctx, TEST_ACTOR.accountSid, resultId)
}
