import { parentPort, workerData } from 'node:worker_threads'
import SqliteDatabase from 'better-sqlite3'
import { createStatementCache, openConnection, runStatement, type SqliteStatement } from './sqlite-connection.js'

/** A list of statements to run in order; the answer carries the result of the last one. */
export interface WorkerRequest {
  readonly id: number
  readonly statements: readonly SqliteStatement[]
}

export type WorkerResponse =
  | { readonly id: number; readonly rows: unknown[]; readonly changes: number }
  | { readonly id: number; readonly error: WorkerFailure }

export interface WorkerFailure {
  readonly code: string
  readonly message: string
  /** False when the failure rolled the whole transaction back, as a full disk does. */
  readonly inTransaction: boolean
}

/** The thread that owns a writing connection, so that a sync never blocks the event loop. */
function serve(port: NonNullable<typeof parentPort>, file: string): void {
  const db = openConnection(file, { readonly: false })
  const prepare = createStatementCache(db)
  port.on('message', (request: WorkerRequest | 'close') => {
    if (request === 'close') {
      db.close()
      port.close()
      return
    }
    port.postMessage(answer(db, prepare, request))
  })
}

function answer(
  db: SqliteDatabase.Database,
  prepare: ReturnType<typeof createStatementCache>,
  { id, statements }: WorkerRequest,
): WorkerResponse {
  try {
    let result = { rows: [] as unknown[], changes: 0 }
    for (const statement of statements) result = runStatement(prepare, statement)
    return { id, ...result }
  } catch (error) {
    const code = error instanceof SqliteDatabase.SqliteError ? error.code : 'ERROR'
    const message = error instanceof Error ? error.message : String(error)
    return { id, error: { code, message, inTransaction: db.inTransaction } }
  }
}

if (parentPort !== null) serve(parentPort, (workerData as { file: string }).file)
