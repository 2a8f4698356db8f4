import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.js'
import { createLogger } from '../../src/log.js'
import type { Database } from '../../src/storage/database.js'
import { migrate } from '../../src/storage/migrate.js'
import { openDatabase } from '../../src/storage/open.js'
import { databaseEnv } from './engine.js'

export interface TestDatabase {
  readonly db: Database
  readonly dataDir: string
  /** Closes the database and removes its folder. */
  close(): Promise<void>
}

export async function newDataDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'recollect-test-'))
}

/** A migrated database in a folder of its own, in this process. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const dataDir = await newDataDir()
  const config = loadConfig({ RECOLLECT_DATA_DIR: dataDir, ...(await databaseEnv(dataDir)) })
  const db = await openDatabase(config, { now: Date.now, exclusive: true, log: createLogger('silent') })
  await migrate(db, Date.now())
  const close = async () => {
    await db.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  return { db, dataDir, close }
}
