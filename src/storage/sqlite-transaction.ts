import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { unsupportedStream } from './connection-driver.js'
import type { SqliteStatement } from './sqlite-connection.js'
import { createExecutor } from './sqlite-executor.js'
import type { WriteTurn } from './sqlite-write-group.js'
import type { SqliteWriteQueue } from './sqlite-write-queue.js'
import { isStatementBatch, type RunQuery } from './statement.js'
import type { Executor } from './tables.js'

/** More values than this would hold the event loop up for longer than a message to the writing thread takes. */
const MAX_VALUES_READ_HERE = 100

/** When a transaction has its turn. */
export interface Turn {
  readonly lane: 'foreground' | 'background'
  /** The tenant's place in a FairQueue. */
  readonly owner: readonly string[]
  readonly patient: boolean
}

interface TransactionOptions extends Turn {
  /** Reads the last committed state; absent where another process may write what a transaction rests on. */
  readonly readCommitted?: RunQuery | undefined
}

/**
 * Runs a transaction in its turn on the writing connection.
 *
 * @throws what `work` throws, and StorageUnavailableError: nothing was applied then
 */
export async function runTransaction<T>(
  queue: SqliteWriteQueue,
  { readCommitted, ...when }: TransactionOptions,
  work: (trx: Executor) => Promise<T>,
): Promise<T> {
  const turn = await queue.acquire(when)
  const connection = new WriteConnection(turn, readCommitted)
  try {
    const result = await work(createExecutor(connection.run, connection))
    await turn.commit()
    return result
  } catch (error) {
    await turn.rollback()
    throw error
  }
}

/**
 * Has a procedure run by the writing thread in a transaction of its own: one message with the COMMIT.
 *
 * @param input made when it has its turn
 * @throws what the procedure throws, and StorageUnavailableError: nothing was applied then
 */
export async function callProcedure<Output>(
  queue: SqliteWriteQueue,
  when: Turn,
  procedure: string,
  input: () => unknown,
): Promise<Output> {
  const turn = await queue.acquire(when)
  try {
    return (await turn.commit({ procedure, input: input() })) as Output
  } catch (error) {
    await turn.rollback()
    throw error
  }
}

class WriteConnection implements DatabaseConnection {
  constructor(
    private readonly turn: WriteTurn,
    private readonly readCommitted: RunQuery | undefined,
  ) {}

  readonly run: RunQuery = async (query) => {
    if (this.readCommitted !== undefined && this.turn.isFresh() && isSmallRead(query)) return this.readCommitted(query)
    if (!isStatementBatch(query)) return (await this.turn.run([toStatement(query)]))[0]?.rows ?? []
    if (query.rowsOf === 'none') {
      this.turn.defer(query.statements.map(toStatement))
      return []
    }
    const results = await this.turn.run(query.statements.map(toStatement), query.statements.length)
    return results.map(({ rows }) => rows)
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (isStatementBatch(query) || query.query.kind === 'SelectQueryNode')
      return { rows: (await this.run(query)) as R[] }
    const [result] = await this.turn.run([toStatement(query)])
    return { rows: (result?.rows ?? []) as R[], numAffectedRows: BigInt(result?.changes ?? 0) }
  }

  streamQuery = unsupportedStream
}

/** What travels to the thread. */
function toStatement({ sql, parameters }: CompiledQuery): SqliteStatement {
  return { sql, parameters }
}

/** Whether a query only reads, and so little that this thread can do it at once. */
function isSmallRead(query: CompiledQuery): boolean {
  const statements = isStatementBatch(query) ? query.statements : [query]
  const values = statements.reduce((sum, { parameters }) => sum + parameters.length, 0)
  return values <= MAX_VALUES_READ_HERE && statements.every((one) => one.query.kind === 'SelectQueryNode')
}
