import type { Config } from '../../config.js'
import { createLogger } from '../../log.js'
import type { Database } from '../../storage/database.js'
import { NewerDatabaseError, UnfinishedCopyError } from '../../storage/migrate.js'
import { openDatabase } from '../../storage/open.js'
import { type PostgresFacts, readPostgresFacts } from '../../storage/postgres-facts.js'
import { readSchemaState, type SchemaState } from '../../storage/schema-state.js'
import { hasDatabase } from '../../storage/sqlite.js'
import { now } from '../database.js'
import { type Finding, median, type NamedFinding, ok, problem, reasonOf, warning } from './finding.js'

const PINGS = 5
/** Each answer takes one to three messages to the database. */
const SLOW_PING_MS = 10
/** The later of two writes to one trait is told by the clocks of the nodes. */
const CLOCK_TOLERANCE_MS = 1000
/** Before it this program did not exist. */
const EARLIEST_TIME = Date.UTC(2026, 0, 1)
const ON = 'on'

/** Whether the database answers with this program's schema, and whether the clock agrees with it. Changes nothing. */
export async function checkDatabase(config: Config): Promise<NamedFinding[]> {
  if (config.databaseUrl === undefined && !hasDatabase(config.dataDir)) {
    return [
      { check: 'database', ...ok('SQLite; there is no database yet, the first start makes it') },
      { check: 'clock', ...checkClock(undefined, undefined) },
    ]
  }
  let db: Database | undefined
  try {
    db = await openDatabase(config, { now, exclusive: false, log: createLogger('silent') })
    return await examine(config, db)
  } catch (error) {
    return [
      { check: 'database', ...explainFailure(config, error) },
      { check: 'clock', ...checkClock(undefined, undefined) },
    ]
  } finally {
    await db?.close()
  }
}

async function examine(config: Config, db: Database): Promise<NamedFinding[]> {
  const speed = median(await timePings(db))
  const schema = await readSchemaState(db)
  const facts = config.databaseUrl === undefined ? undefined : await readPostgresFacts(db)
  const engine = facts === undefined ? 'SQLite' : `PostgreSQL ${facts.version}`
  return [
    { check: 'database', ...checkSchema(engine, schema) },
    ...(facts === undefined ? [] : checkPostgres(facts, speed, config)),
    { check: 'clock', ...checkClock(schema.lastMigrationAt, facts) },
  ]
}

async function timePings(db: Database): Promise<number[]> {
  const times: number[] = []
  for (let ping = 0; ping < PINGS; ping += 1) {
    const start = performance.now()
    await db.ping()
    times.push(performance.now() - start)
  }
  return times
}

function checkSchema(engine: string, { pending, lastMigrationAt }: SchemaState): Finding {
  if (pending.length === 0) return ok(`${engine} answers and has this version's schema`)
  const count = `${pending.length} migration(s) behind: ${pending.join(', ')}`
  return lastMigrationAt === undefined
    ? ok(`${engine} answers and is empty; the first start puts the schema in place`)
    : warning(`${engine} answers, ${count}`, 'make a backup; then start the server, or run recollect migrate')
}

function checkPostgres(facts: PostgresFacts, speed: number, config: Config): NamedFinding[] {
  const found: Finding[] = []
  if (facts.encoding !== 'UTF8') {
    found.push(
      problem(`the database is in ${facts.encoding}`, 'make one with: createdb --encoding=UTF8 --template=template0'),
    )
  }
  if (facts.fsync !== ON || facts.synchronousCommit === 'off') {
    found.push(
      warning(
        `fsync is ${facts.fsync}, synchronous_commit is ${facts.synchronousCommit}: acknowledged writes can be lost`,
        'switch both on',
      ),
    )
  }
  const wanted = 2 * config.databaseConnections
  if (wanted > facts.maxConnections) {
    found.push(
      warning(
        `this process may open ${wanted} connections, PostgreSQL takes ${facts.maxConnections}`,
        'raise max_connections or lower RECOLLECT_DATABASE_CONNECTIONS',
      ),
    )
  }
  const answer = `an answer takes ${speed.toFixed(1)} ms`
  found.push(speed > SLOW_PING_MS ? warning(answer, 'run the server nearer to its database') : ok(answer))
  return found.map((finding) => ({ check: 'postgresql', ...finding }))
}

function checkClock(lastMigrationAt: number | undefined, facts: PostgresFacts | undefined): Finding {
  const text = new Date(now()).toISOString()
  const mend = 'set the clock, and keep it right with NTP'
  if (now() < EARLIEST_TIME) return problem(`it is not ${text}`, mend)
  if (lastMigrationAt !== undefined && now() < lastMigrationAt - CLOCK_TOLERANCE_MS) {
    return problem(`${text} is before the database was made (${new Date(lastMigrationAt).toISOString()})`, mend)
  }
  if (facts !== undefined && Math.abs(facts.clockOffsetMs) > CLOCK_TOLERANCE_MS) {
    return warning(`it differs by ${Math.round(facts.clockOffsetMs)} ms from the database server's`, mend)
  }
  return ok(text)
}

function explainFailure(config: Config, error: unknown): Finding {
  if (error instanceof NewerDatabaseError) return problem(reasonOf(error), 'install the newer version again')
  if (error instanceof UnfinishedCopyError) return problem(reasonOf(error), 'run that command again')
  return config.databaseUrl === undefined
    ? problem(reasonOf(error), 'see docs/operating.md, "When things go wrong"; recollect restore brings a backup back')
    : problem(reasonOf(error), 'start PostgreSQL, or mend DATABASE_URL (host, port, user, password, database)')
}
