import { Worker } from 'node:worker_threads'
import { StorageUnavailableError } from '../errors.js'
import { toError } from '../refusal.js'
import type { ProcedureCall, SqliteResult, SqliteStatement } from './sqlite-connection.js'
import type { SqliteWorkerData, WorkerFailure, WorkerRequest, WorkerResponse } from './sqlite-serve.js'

/** An error of SQLite that is not about the medium: a broken constraint, wrong SQL. */
export class SqliteStatementError extends Error {
  override readonly name = 'SqliteStatementError'

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** The medium cannot be written or read now; it may be possible again later. */
const MEDIUM_ERRORS = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY|LOCKED|PROTOCOL|NOMEM)/

export function toStorageError(code: string, message: string): Error {
  return MEDIUM_ERRORS.test(code)
    ? new StorageUnavailableError(`${code}: ${message}`)
    : new SqliteStatementError(code, message)
}

/** Whether the disk said that what was written before is not on it, and may never be. */
export function isFailedSync(error: unknown): error is StorageUnavailableError {
  return error instanceof StorageUnavailableError && error.message.startsWith('SQLITE_IOERR_FSYNC')
}

export interface SqliteThreadOptions {
  /** Whether it gets less of a busy processor than the threads that requests wait for. */
  readonly givesWay?: boolean
  /** What the thread runs: `serveConnection` with the procedures it knows. Absent: without any. */
  readonly entry?: URL
}

const PLAIN = new URL('./sqlite-worker.js', import.meta.url)

/** What a thread throws away is a batch's messages and objects; by itself it would let 48 MiB of them gather. */
const YOUNG_MIB = 16

export interface RunOptions {
  /** How many results of the last statements are wanted. */
  readonly results?: number | undefined
  /** The last statement is a COMMIT; called when it is about to begin. When it fails, the thread wants to `recover`. */
  readonly onCommit?: () => void
}

interface Pending {
  readonly onCommit: (() => void) | undefined
  resolve(results: readonly SqliteResult[]): void
  reject(error: Error): void
}

/**
 * A connection in a thread of its own. Requests are answered in the order they were sent. The thread starts with the
 * first of them or with `warmUp`.
 */
export class SqliteThread {
  readonly #start: () => Worker
  #worker: Worker | undefined
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #closing = false
  /** Why the thread is no more. */
  #death: Error | undefined
  /** False after a failure that rolled the transaction back. */
  inTransaction = false
  /** Which of its statements failed the last run that failed. */
  failedAt = 0

  constructor(file: string, { givesWay = false, entry = PLAIN }: SqliteThreadOptions = {}) {
    const workerData: SqliteWorkerData = { file, givesWay }
    const options = { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } }
    this.#start = () => new Worker(entry, options)
  }

  /** Starts the thread, which takes some 0.1 s in itself. */
  warmUp(): void {
    this.#getWorker()
  }

  #getWorker(): Worker {
    this.#worker ??= this.#watch(this.#start())
    return this.#worker
  }

  #watch(worker: Worker): Worker {
    worker.on('message', (response: WorkerResponse) => this.#settle(worker, response))
    worker.on('error', (error) => this.#failAll(error))
    worker.on('exit', () => this.#failAll(new Error('the database thread ended')))
    worker.unref()
    return worker
  }

  /** Runs statements and calls in order; resolves with the results of the last ones, of one if nothing is said. */
  run(
    statements: readonly (SqliteStatement | ProcedureCall)[],
    { results = 1, onCommit }: RunOptions = {},
  ): Promise<readonly SqliteResult[]> {
    const commits = onCommit !== undefined
    return this.#send((id) => ({ id, statements, results, commits }), onCommit)
  }

  /** After a COMMIT that failed, until which the thread refuses everything: rolls back what is left of it. */
  async recover(): Promise<void> {
    await this.#send((id) => ({ id, recover: true }))
  }

  #send(toRequest: (id: number) => WorkerRequest, onCommit?: () => void): Promise<readonly SqliteResult[]> {
    // A thread that ended answers nobody: whoever waited for it would wait for ever.
    if (this.#death !== undefined) return Promise.reject(new StorageUnavailableError(this.#death.message))
    const worker = this.#getWorker()
    const id = this.#nextId++
    worker.ref()
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onCommit })
      worker.postMessage(toRequest(id))
    })
  }

  async close(): Promise<void> {
    const worker = this.#worker
    // What comes after this must not start it.
    if (worker === undefined) this.#death = new Error('the database thread is closed')
    if (worker === undefined || this.#death !== undefined) return
    // An answer that comes while the thread ends must not let go of it: the process would end before it.
    this.#closing = true
    worker.ref()
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage('close')
    await exited
  }

  #settle(worker: Worker, response: WorkerResponse): void {
    const pending = this.#pending.get(response.id)
    if ('committing' in response) {
      pending?.onCommit?.()
      return
    }
    this.#pending.delete(response.id)
    if (this.#pending.size === 0 && !this.#closing) worker.unref()
    if ('error' in response) pending?.reject(this.#toError(response.error))
    else pending?.resolve(response.results)
  }

  #toError({ code, message, index, inTransaction, refusal }: WorkerFailure): Error {
    this.inTransaction = inTransaction
    this.failedAt = index
    return refusal === undefined ? toStorageError(code, message) : toError(refusal)
  }

  #failAll(cause: Error): void {
    this.#death ??= cause
    for (const pending of this.#pending.values()) pending.reject(new StorageUnavailableError(this.#death.message))
    this.#pending.clear()
  }
}
