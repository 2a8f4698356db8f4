import { parentPort, workerData } from 'node:worker_threads'
import SqliteDatabase from 'better-sqlite3'
import { lowerThreadPriority } from '../thread-priority.js'
import {
  createStatementCache,
  openConnection,
  runStatement,
  type SqliteResult,
  type SqliteStatement,
} from './sqlite-connection.js'

export interface SqliteWorkerData {
  readonly file: string
  readonly givesWay: boolean
}

/** A list of statements to run in order; the answer carries the results of the last `results` of them. */
export interface WorkerRequest {
  readonly id: number
  readonly statements: readonly SqliteStatement[]
  readonly results: number
}

export type WorkerResponse =
  | { readonly id: number; readonly results: readonly SqliteResult[] }
  | { readonly id: number; readonly error: WorkerFailure }

export interface WorkerFailure {
  readonly code: string
  readonly message: string
  /** Which statement failed. */
  readonly index: number
  /** False when the failure rolled the whole transaction back, as a full disk does. */
  readonly inTransaction: boolean
}

/** The thread that owns a writing connection, so that a sync never blocks the event loop. */
function serve(port: NonNullable<typeof parentPort>, { file, givesWay }: SqliteWorkerData): void {
  if (givesWay) lowerThreadPriority()
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
  { id, statements, results: wanted }: WorkerRequest,
): WorkerResponse {
  let index = 0
  try {
    const results: SqliteResult[] = []
    for (; index < statements.length; index += 1) {
      const result = runStatement(prepare, statements[index] as SqliteStatement)
      if (index >= statements.length - wanted) results.push(result)
    }
    return { id, results }
  } catch (error) {
    const code = error instanceof SqliteDatabase.SqliteError ? error.code : 'ERROR'
    const message = error instanceof Error ? error.message : String(error)
    return { id, error: { code, message, index, inTransaction: db.inTransaction } }
  }
}

if (parentPort !== null) serve(parentPort, workerData as SqliteWorkerData)
