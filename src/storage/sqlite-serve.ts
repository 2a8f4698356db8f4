import { parentPort, workerData } from 'node:worker_threads'
import SqliteDatabase from 'better-sqlite3'
import { type Refusal, toRefusal } from '../refusal.js'
import { lowerThreadPriority } from '../thread-priority.js'
import {
  createStatementCache,
  openConnection,
  type PreparedStatement,
  type ProcedureCall,
  runStatement,
  type SqliteResult,
  type SqliteStatement,
} from './sqlite-connection.js'

export interface SqliteWorkerData {
  readonly file: string
  readonly givesWay: boolean
}

/** Statements and calls to run in order; the answer carries the results of the last `results` of them. */
export interface WorkerRequest {
  readonly id: number
  readonly statements: readonly (SqliteStatement | ProcedureCall)[]
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
  /** What a procedure threw; absent when it was the database. */
  readonly refusal?: Refusal
  /** False when the failure rolled the whole transaction back, as a full disk does. */
  readonly inTransaction: boolean
}

/** Runs calls of procedures on the connection whose statements it is given. */
export type CallProcedure = (call: ProcedureCall) => Promise<unknown>

/** Makes it, for a thread that knows procedures. */
export type CreateCall = (prepare: (sql: string) => PreparedStatement) => CallProcedure

const REFUSE_CALLS: CreateCall = () => async (call) => {
  throw new Error(`this thread knows no procedure ${call.procedure}`)
}

/**
 * Makes this thread the owner of a writing connection, so that a sync never blocks the event loop, and answers the
 * SqliteThread that started it.
 */
export function serveConnection(createCall = REFUSE_CALLS): void {
  const port = parentPort
  if (port === null) throw new Error('only a thread serves a connection')
  const { file, givesWay } = workerData as SqliteWorkerData
  if (givesWay) lowerThreadPriority()
  const db = openConnection(file, { readonly: false })
  const run = createRun(db, createCall)
  // One after the other, also where a procedure takes some turns of the promises.
  let last = Promise.resolve()
  port.on('message', (request: WorkerRequest | 'close') => {
    last = last.then(async () => {
      if (request !== 'close') return port.postMessage(await answer(db, run, request))
      db.close()
      port.close()
    })
  })
}

type Run = (work: SqliteStatement | ProcedureCall) => SqliteResult | Promise<SqliteResult>

function createRun(db: SqliteDatabase.Database, createCall: CreateCall): Run {
  const prepare = createStatementCache(db)
  const call = createCall(prepare)
  return (work) =>
    'sql' in work ? runStatement(prepare, work) : call(work).then((output) => ({ rows: [output], changes: 0 }))
}

async function answer(
  db: SqliteDatabase.Database,
  run: Run,
  { id, statements, results: wanted }: WorkerRequest,
): Promise<WorkerResponse> {
  let index = 0
  try {
    const results: SqliteResult[] = []
    for (; index < statements.length; index += 1) {
      const ran = run(statements[index] as SqliteStatement | ProcedureCall)
      const result = 'then' in ran ? await ran : ran
      if (index >= statements.length - wanted) results.push(result)
    }
    return { id, results }
  } catch (error) {
    return { id, error: { ...describe(error), index, inTransaction: db.inTransaction } }
  }
}

function describe(error: unknown): Pick<WorkerFailure, 'code' | 'message' | 'refusal'> {
  if (error instanceof SqliteDatabase.SqliteError) return { code: error.code, message: error.message }
  return { code: 'ERROR', message: String(error), refusal: toRefusal(error) }
}
