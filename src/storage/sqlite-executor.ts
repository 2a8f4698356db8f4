import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { ConnectionDriver, unsupportedStream } from './connection-driver.js'
import { type PreparedStatement, runStatement } from './sqlite-connection.js'
import { addShortcut, isStatementBatch, type RunQuery } from './statement.js'
import type { Executor, Tables } from './tables.js'

/** An executor whose queries all go to `run`; transactions are made by runTransaction. */
export function createExecutor(run: RunQuery, connection: DatabaseConnection = createConnection(run)): Executor {
  const executor = new Kysely<Tables>({
    dialect: {
      createDriver: () => new ConnectionDriver(connection),
      createAdapter: () => new SqliteAdapter(),
      createQueryCompiler: () => COMPILER,
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
  })
  addShortcut(executor, run)
  return executor
}

/** Runs queries at once on a connection of this thread. Throws what the driver throws. */
export function createRunner(prepare: (sql: string) => PreparedStatement): RunQuery {
  const run = (query: CompiledQuery) => runStatement(prepare, query).rows
  return (query) => (isStatementBatch(query) ? query.statements.map(run) : run(query))
}

/** An executor on a connection of this thread, for what writes too: it says how many rows changed. */
export function createWritingExecutor(prepare: (sql: string) => PreparedStatement): Executor {
  return createExecutor(createRunner(prepare), {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      const { rows, changes } = runStatement(prepare, query)
      return { rows: rows as R[], numAffectedRows: BigInt(changes) }
    },
    streamQuery: unsupportedStream,
  })
}

function createConnection(run: RunQuery): DatabaseConnection {
  return {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => ({ rows: (await run(query)) as R[] }),
    streamQuery: unsupportedStream,
  }
}

/** What the engine's own SQL is like. */
export class SqliteCompiler extends SqliteQueryCompiler {
  /**
   * SQLite plans by the value of `limit ?`, and so prepares the statement anew each time it is bound, which takes longer
   * than a read by key. A sum it takes as it is.
   */
  protected override visitLimit(node: Parameters<SqliteQueryCompiler['visitLimit']>[0]): void {
    super.visitLimit(node)
    this.append(' + 0')
  }

  /** Leaves out the locks of rows: a transaction that writes is alone. */
  protected override visitSelectModifier(node: Parameters<SqliteQueryCompiler['visitSelectModifier']>[0]): void {
    if (node.modifier === 'Distinct' || node.rawModifier !== undefined) super.visitSelectModifier(node)
  }
}

/** It compiles a query at a time, so that all executors can share it: making one takes longer than a small query. */
const COMPILER = new SqliteCompiler()
