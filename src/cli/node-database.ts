import { type Config, loadConfig } from '../config.js'
import { PROCEDURE_THREADS } from '../domain/procedure-threads.js'
import { createLogger, type Logger } from '../log.js'
import type { Database } from '../storage/database.js'
import { openDatabase } from '../storage/open.js'
import type { CommandInput } from './command.js'
import { now } from './database.js'

/** What a node stands on before the rest of it is loaded. */
export interface NodeDatabase {
  readonly config: Config
  readonly log: Logger
  readonly db: Database
  /** Resolves when the process is told to end. */
  readonly stopped: Promise<NodeJS.Signals>
}

/**
 * Opens the database of a node for as long as `work` takes, and closes it when that is over. `work` loads the rest of
 * the node: meanwhile the thread of the database, which the start would wait for, starts on another core.
 *
 * @param check refuses settings that this kind of node cannot run with
 * @throws ConfigError, StorageUnavailableError, and what `work` throws
 */
export async function withNodeDatabase(
  { env }: CommandInput,
  check: (config: Config) => void,
  work: (opened: NodeDatabase) => Promise<void>,
): Promise<void> {
  const config = loadConfig(env)
  check(config)
  // What the server writes is for its own user only.
  process.umask(0o077)
  const log = createLogger(config.logLevel)
  // From here on: a process that is the first of its container would not hear it otherwise.
  const stopped = waitForSignal()
  const db = await openDatabase(config, { now, exclusive: true, log, threads: PROCEDURE_THREADS })
  try {
    await work({ config, log, db, stopped })
  } finally {
    await db.close()
  }
  log.info('stopped')
}

function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })
}
