import { type Config, loadConfig } from '../config.js'
import { createIdFactory, type NewId } from '../ids.js'
import { createLogger } from '../log.js'
import type { Database } from '../storage/database.js'
import { migrate } from '../storage/migrate.js'
import { openDatabase } from '../storage/open.js'
import type { CommandInput } from './command.js'

export const now = (): number => Date.now()

/** What a command that works on the database itself gets. */
export interface Opened {
  readonly config: Config
  readonly db: Database
  readonly now: () => number
  readonly newId: NewId
  /** Names of the migrations that were applied. */
  readonly applied: readonly string[]
}

/**
 * Opens and migrates the database of the settings, for as long as `work` takes. Runs beside a server too: SQLite lets
 * a second process write a row now and then.
 */
export async function withDatabase<T>(input: CommandInput, work: (opened: Opened) => Promise<T>): Promise<T> {
  const config = loadConfig(input.env)
  const db = await openDatabase(config, { now, exclusive: false, log: createLogger(config.logLevel) })
  try {
    return await work({ config, db, now, newId: createIdFactory(now), applied: await migrate(db, now()) })
  } finally {
    await db.close()
  }
}
