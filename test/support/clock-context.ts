import { onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config.js'
import { type Context, createContext } from '../../src/context.js'
import { PROCEDURE_THREADS } from '../../src/domain/procedure-threads.js'
import { createLogger } from '../../src/log.js'
import { migrate } from '../../src/storage/migrate.js'
import { openDatabase } from '../../src/storage/open.js'
import { databaseEnv } from './engine.js'

/** A context on a data folder, beside others that may use it, whose clock says what the test wants. */
export async function openContextAt(dataDir: string, now: () => number): Promise<Context> {
  const config = loadConfig({ RECOLLECT_DATA_DIR: dataDir, ...(await databaseEnv(dataDir)) })
  const log = createLogger('silent')
  const db = await openDatabase(config, { now, exclusive: false, log, threads: PROCEDURE_THREADS })
  onTestFinished(() => db.close())
  await migrate(db, now())
  return createContext(config, { db, log, now })
}
