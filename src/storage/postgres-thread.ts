import { Worker } from 'node:worker_threads'
import { StorageUnavailableError } from '../errors.js'
import { toError } from '../refusal.js'
import type { Owner } from './database.js'
import type { PostgresWorkerData, ProcedureRequest, ProcedureResponse, Tally } from './postgres-serve.js'

export interface PostgresThreadOptions {
  /** What the thread runs: `servePostgres` with the procedures it knows. */
  readonly entry: URL
  readonly data: PostgresWorkerData
  /** Told of connections of the thread that broke while nobody used them. */
  readonly onConnectionError: (error: Error) => void
  /** Told what the thread did, with each answer. */
  readonly onTally: (tally: Tally) => void
}

interface Pending {
  resolve(output: unknown): void
  reject(error: Error): void
}

/** By itself it would let 48 MiB of garbage gather. */
const YOUNG_MIB = 16

/** Procedures in a thread of its own, with connections of its own. It starts with the first call. */
export class PostgresThread {
  readonly #options: PostgresThreadOptions
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #nextId = 1

  constructor(options: PostgresThreadOptions) {
    this.#options = options
  }

  /**
   * Runs a procedure in a transaction of its own.
   *
   * @throws what the procedure throws, and StorageUnavailableError: nothing was applied then
   */
  call(procedure: string, input: unknown, owner: Owner | undefined): Promise<unknown> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    const id = this.#nextId++
    worker.ref()
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      worker.postMessage({ id, procedure, input, owner } satisfies ProcedureRequest)
    })
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    worker.ref()
    worker.postMessage('close')
    await exited
  }

  #start(): Worker {
    const { entry, data } = this.#options
    const worker = new Worker(entry, { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } })
    worker.on('message', (response: ProcedureResponse) => this.#settle(worker, response))
    // The next call starts another.
    worker.on('error', (error) => this.#lose(worker, error))
    worker.on('exit', () => this.#lose(worker, new Error('the thread of the database ended')))
    return worker
  }

  #settle(worker: Worker, response: ProcedureResponse): void {
    if ('connectionError' in response) {
      this.#options.onConnectionError(toError(response.connectionError))
      return
    }
    this.#options.onTally(response.tally)
    const pending = this.#pending.get(response.id)
    this.#pending.delete(response.id)
    if (this.#pending.size === 0) worker.unref()
    if ('refusal' in response) pending?.reject(toError(response.refusal))
    else pending?.resolve(response.output)
  }

  #lose(worker: Worker, cause: Error): void {
    // Of one that failed, the end comes when another may be at work already.
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const pending of this.#pending.values()) pending.reject(new StorageUnavailableError(cause.message))
    this.#pending.clear()
  }
}
