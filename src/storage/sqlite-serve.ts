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
export interface RunRequest {
  readonly id: number
  readonly statements: readonly (SqliteStatement | ProcedureCall)[]
  readonly results: number
  /** Whether the last statement is a COMMIT, which is told before it begins. */
  readonly commits: boolean
}

export type WorkerRequest = RunRequest | { readonly id: number; readonly recover: true }

export type WorkerResponse =
  | { readonly id: number; readonly committing: true }
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
  const connection = new ServedConnection(db, createCall, (id) => port.postMessage({ id, committing: true }))
  // One after the other, also where a procedure takes some turns of the promises.
  let last = Promise.resolve()
  port.on('message', (request: WorkerRequest | 'close') => {
    last = last.then(async () => {
      if (request !== 'close') return port.postMessage(await connection.answer(request))
      db.close()
      port.close()
    })
  })
}

class ServedConnection {
  readonly #db: SqliteDatabase.Database
  readonly #prepare: (sql: string) => PreparedStatement
  readonly #call: CallProcedure
  readonly #onCommit: (id: number) => void
  /** Why the last COMMIT failed. What was sent meanwhile was meant for after it, and would go on with its transaction. */
  #failedCommit: WorkerFailure | undefined

  constructor(db: SqliteDatabase.Database, createCall: CreateCall, onCommit: (id: number) => void) {
    this.#db = db
    this.#prepare = createStatementCache(db)
    this.#call = createCall(this.#prepare)
    this.#onCommit = onCommit
  }

  async answer(request: WorkerRequest): Promise<WorkerResponse> {
    const { id } = request
    if ('recover' in request) return { id, results: this.#recover() }
    if (this.#failedCommit !== undefined)
      return { id, error: { ...this.#failedCommit, index: 0, inTransaction: false } }
    const { statements, results: wanted, commits } = request
    const results: SqliteResult[] = []
    let index = 0
    try {
      for (const work of statements) {
        if (commits && index === statements.length - 1) this.#onCommit(id)
        const result = 'sql' in work ? runStatement(this.#prepare, work) : await this.#run(work)
        if (index >= statements.length - wanted) results.push(result)
        index += 1
      }
      return { id, results }
    } catch (error) {
      const failure = { ...describe(error), index, inTransaction: this.#db.inTransaction }
      if (commits && index === statements.length - 1) this.#failedCommit = failure
      return { id, error: failure }
    }
  }

  async #run(call: ProcedureCall): Promise<SqliteResult> {
    return { rows: [await this.#call(call)], changes: 0 }
  }

  /**
   * When only the sync of a COMMIT failed, all of it stands at the end of the log, and a process that starts on that log
   * would take it for committed: another commit is written over it.
   */
  #recover(): SqliteResult[] {
    this.#failedCommit = undefined
    try {
      if (this.#db.inTransaction) this.#db.exec('rollback')
      // Changes nothing, but writes a page.
      this.#db.exec('begin immediate; pragma user_version = 0; commit')
    } catch {
      // The next group writes over it.
      if (this.#db.inTransaction) this.#db.exec('rollback')
    }
    return []
  }
}

function describe(error: unknown): Pick<WorkerFailure, 'code' | 'message' | 'refusal'> {
  if (error instanceof SqliteDatabase.SqliteError) return { code: error.code, message: error.message }
  return { code: 'ERROR', message: String(error), refusal: toRefusal(error) }
}
