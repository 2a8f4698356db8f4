import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  type TransactionSettings,
} from 'kysely'
import pg from 'pg'
import { ConnectionDriver } from './connection-driver.js'
import { callWithin, type Database, pathOfOwner } from './database.js'
import { FairGate } from './fair-gate.js'
import { createNames, type PostgresConnection } from './postgres-connection.js'
import { retryableCode } from './postgres-errors.js'
import { PostgresPool } from './postgres-pool.js'
import type { Tally } from './postgres-serve.js'
import { SharedReads } from './postgres-shared-reads.js'
import { PostgresStatistics } from './postgres-statistics.js'
import { decodeText } from './postgres-text.js'
import { PostgresThread } from './postgres-thread.js'
import { addShortcut } from './statement.js'
import type { Executor, Tables } from './tables.js'

export interface PostgresOptions {
  /** Connections for reads, and as many again for transactions: a transaction never waits for a read or the reverse. */
  readonly connections: number
  /** How long a connection or a statement may take, in milliseconds. */
  readonly timeoutMs: number
  /** Where the thread begins that runs procedures in the background (postgres-serve.ts). Absent: they run on this one. */
  readonly backgroundThread?: URL | undefined
  /** Told of connections that broke while nobody used them. */
  readonly onConnectionError: (error: Error) => void
}

const MAX_ATTEMPTS = 8
const FIRST_RETRY_MS = 5
/** A node that hangs in a transaction must not keep its locks for ever. */
const MAX_IDLE_IN_TRANSACTION_MS = 60_000

/**
 * Connects to PostgreSQL, or to an engine that speaks its protocol, through pools of connections.
 *
 * @param url `postgres://user:password@host:port/database`
 */
export function openPostgres(url: string, options: PostgresOptions): Database {
  const nameOf = createNames()
  const reads = new PostgresPool(createPool(url, options, { options: '-c default_transaction_read_only=on' }), nameOf)
  const writes = new PostgresPool(createPool(url, options), nameOf)
  const read = createKysely(new PostgresDriver(reads))
  const shared = new SharedReads(
    () => reads.connect(),
    (connection) => reads.release(connection),
  )
  addShortcut(read, (query) => shared.run(query))
  const retries = new Map<string, number>()
  // As many as there are connections, so that whoever waits for one waits in turn and not in the pool's order.
  const gate = new FairGate(options.connections)
  const statistics = new PostgresStatistics((work) => gate.run(pathOfOwner(undefined), () => writes.use(work)))
  const transaction: Database['transaction'] = async (work, { owner } = {}) => {
    const result = await gate.run(pathOfOwner(owner), () =>
      retry(retries, () => writes.use((connection) => runTransaction(writes, connection, work))),
    )
    statistics.afterCommit()
    return result
  }
  const callHere = callWithin(transaction)
  const thread = createThread(url, options, (tally) => {
    writes.commits.add(tally.commits)
    writes.commitSizes.add(tally.commitSizes)
    for (const [code, count] of tally.retries) retries.set(code, (retries.get(code) ?? 0) + count)
  })
  return {
    read,
    migrationDialect: { tableSuffix: '', finish: async () => undefined },
    exclusive: false,
    // Two would wait for each other's store.
    batchesAtOnce: 1,
    transaction,
    call: async (procedure, input, given = {}) =>
      thread === undefined || given.background !== true
        ? callHere(procedure, input, given)
        : (thread.call(procedure.name, input(), given.owner) as ReturnType<typeof procedure.run>),
    snapshot: (work) =>
      read
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute(async (trx) => {
          // Who reads may be busy with what it read for longer than a transaction may else be idle.
          await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx)
          return work(trx)
        }),
    ping: async () => {
      await sql`select 1`.execute(read)
    },
    size: async () => {
      const { rows } = await sql<{ size: number }>`select pg_database_size(current_database()) as size`.execute(read)
      return rows[0]?.size ?? 0
    },
    logSize: async () => undefined,
    freeBytes: async () => undefined,
    retries,
    commits: writes.commits,
    commitSizes: writes.commitSizes,
    waiting: () => [reads.waiting('reads'), writes.waiting('transactions')],
    close: async () => {
      await thread?.close()
      await Promise.all([reads.end(), writes.end()])
    },
  }
}

function createThread(
  url: string,
  { backgroundThread: entry, connections, timeoutMs, onConnectionError }: PostgresOptions,
  onTally: (tally: Tally) => void,
): PostgresThread | undefined {
  return entry && new PostgresThread({ entry, data: { url, connections, timeoutMs }, onConnectionError, onTally })
}

/** Runs a transaction again, reading anew, when another one was in its way. */
async function retry<T>(retries: Map<string, number>, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      const code = retryableCode(error)
      if (code === undefined || attempt === MAX_ATTEMPTS) throw error
      retries.set(code, (retries.get(code) ?? 0) + 1)
      // Longer each time and never the same, so that two that met do not meet again.
      await sleep(FIRST_RETRY_MS * 2 ** (attempt - 1) * jitter())
    }
  }
}

/** Between a half and one and a half; of the clock's last digits, which is random enough to part two transactions. */
function jitter(): number {
  return 0.5 + (performance.now() % 1)
}

function createPool(
  url: string,
  { connections, timeoutMs, onConnectionError }: PostgresOptions,
  more: pg.PoolConfig = {},
): pg.Pool {
  const pool = new pg.Pool({
    ...more,
    connectionString: url,
    application_name: 'recollect',
    max: connections,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    // A little longer, for a database that does not answer at all.
    query_timeout: timeoutMs + 1000,
    idle_in_transaction_session_timeout: MAX_IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    pipeline: true,
    types: { getTypeParser },
  } as pg.PoolConfig)
  pool.on('error', onConnectionError)
  // A connection in use tells nobody else; the query it breaks says so to whoever waits for it.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

const { INT8, TEXT } = pg.types.builtins

/** Integers are times and counts, which a double holds exactly; the driver would give them as text. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (id, format) => {
  if (id === INT8) return Number
  return id === TEXT ? decodeText : pg.types.getTypeParser(id, format)
}

async function runTransaction<T>(
  pool: PostgresPool,
  connection: PostgresConnection,
  work: (trx: Executor) => Promise<T>,
): Promise<T> {
  connection.begin('begin isolation level read committed')
  try {
    const executor = createKysely(new ConnectionDriver(connection))
    addShortcut(executor, async (query) => (await connection.executeQuery(query)).rows)
    const result = await work(executor)
    await pool.commit(connection)
    return result
  } catch (error) {
    await rollBack(connection)
    throw error
  }
}

/** The database itself rolls back what a broken connection leaves. */
async function rollBack(connection: PostgresConnection): Promise<void> {
  if (connection.fault === undefined) await connection.end('rollback').catch(() => undefined)
}

function createKysely(driver: Driver): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new Compiler(),
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
  })
}

const DATA_TYPES: Readonly<Record<string, string>> = {
  // Ids and keys are compared by their bytes, whatever language the database was made for.
  text: 'text collate "C"',
  blob: 'bytea',
  real: 'double precision',
}

/** Writes the column types of the migrations as PostgreSQL has them. */
class Compiler extends PostgresQueryCompiler {
  protected override visitDataType(node: Parameters<PostgresQueryCompiler['visitDataType']>[0]): void {
    this.append(DATA_TYPES[node.dataType] ?? node.dataType)
  }
}

/** Takes a connection for each query or transaction of the builder. */
class PostgresDriver implements Driver {
  constructor(private readonly pool: PostgresPool) {}

  async init(): Promise<void> {}
  acquireConnection(): Promise<PostgresConnection> {
    return this.pool.connect()
  }
  async beginTransaction(
    connection: PostgresConnection,
    { isolationLevel = 'read committed' }: TransactionSettings,
  ): Promise<void> {
    connection.begin(`begin isolation level ${isolationLevel}`)
  }
  async commitTransaction(connection: PostgresConnection): Promise<void> {
    await this.pool.commit(connection)
  }
  rollbackTransaction(connection: PostgresConnection): Promise<void> {
    return rollBack(connection)
  }
  async releaseConnection(connection: PostgresConnection): Promise<void> {
    this.pool.release(connection)
  }
  async destroy(): Promise<void> {}
}
