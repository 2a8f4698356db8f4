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
import { addShortcut, type RunQuery } from './statement.js'
import type { Executor, Tables } from './tables.js'

/** An executor whose queries all go to `run`; transactions are made by runTransaction. */
export function createExecutor(run: RunQuery, connection: DatabaseConnection = createConnection(run)): Executor {
  const executor = new Kysely<Tables>({
    dialect: {
      createDriver: () => new ConnectionDriver(connection),
      createAdapter: () => new SqliteAdapter(),
      createQueryCompiler: () => new SqliteCompiler(),
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
  })
  addShortcut(executor, run)
  return executor
}

function createConnection(run: RunQuery): DatabaseConnection {
  return {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => ({ rows: (await run(query)) as R[] }),
    streamQuery: unsupportedStream,
  }
}

/** Leaves out the locks of rows: a transaction that writes is alone. */
export class SqliteCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: Parameters<SqliteQueryCompiler['visitSelectModifier']>[0]): void {
    if (node.modifier === 'Distinct' || node.rawModifier !== undefined) super.visitSelectModifier(node)
  }
}
