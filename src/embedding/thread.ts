import { Worker } from 'node:worker_threads'
import type { EncodeRequest } from './encode-queue.js'
import { type EncodePurpose, type Encoder, EncoderUnavailableError } from './encoder.js'
import type { EncodeResponse, EncoderWorkerData } from './encoder-worker.js'
import { USE_LITE_DIMENSIONS, USE_LITE_MODEL } from './model-files.js'

export interface ThreadEncoderOptions {
  /** Where the model's files are; absent: in the installed package. */
  readonly modelDirectory?: string
  /** Milliseconds that only grow. */
  readonly now?: () => number
  /** Makes the thread. */
  readonly startWorker?: (data: EncoderWorkerData) => Worker
}

interface Pending {
  resolve(vectors: (Float32Array | undefined)[]): void
  reject(error: Error): void
}

/** After the second failure in a row; it doubles with each one more. */
const FIRST_REST_MS = 1000
const LONGEST_REST_MS = 60_000

/**
 * The built-in encoder in a thread of its own, so that the event loop never waits for it. The thread starts with the
 * first call or with `warmUp`, keeps the process alive only while somebody waits for an answer, and starts anew after a
 * crash: at once at first, then ever more rarely, as long as it answers nothing in between.
 */
export class ThreadEncoder implements Encoder {
  readonly model = USE_LITE_MODEL
  readonly dimensions = USE_LITE_DIMENSIONS
  readonly #now: () => number
  readonly #start: () => Worker
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #nextId = 1
  #failures = 0
  #restsUntil = 0
  #closed = false

  constructor({ modelDirectory, now = () => performance.now(), startWorker = startThread }: ThreadEncoderOptions = {}) {
    this.#now = now
    this.#start = () => startWorker({ modelDirectory })
  }

  /** Starts loading the model, some 0.3 s in the other thread. A failure shows at the next call. */
  warmUp(): void {
    if (!this.#closed && this.#now() >= this.#restsUntil) this.#getWorker()
  }

  async encode(texts: readonly string[], purpose: EncodePurpose = 'document'): Promise<(Float32Array | undefined)[]> {
    if (this.#closed) throw new EncoderUnavailableError('closed', 'the encoder is closed')
    if (texts.length === 0) return []
    if (this.#now() < this.#restsUntil) {
      throw new EncoderUnavailableError('resting', `the encoder failed ${this.#failures} times in a row and rests`)
    }
    const worker = this.#getWorker()
    const id = this.#nextId++
    worker.ref()
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      worker.postMessage({ id, purpose, texts } satisfies EncodeRequest)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    this.#worker = undefined
    this.#rejectAll(new EncoderUnavailableError('closed', 'the encoder was closed'))
    await worker?.terminate()
  }

  #getWorker(): Worker {
    this.#worker ??= this.#watch(this.#start())
    return this.#worker
  }

  #watch(worker: Worker): Worker {
    worker.on('message', (response: EncodeResponse) => this.#settle(worker, response))
    worker.on('messageerror', (error) => this.#fail(worker, error))
    worker.on('error', (error) => this.#fail(worker, error))
    worker.on('exit', (code) => this.#fail(worker, new Error(`the encoder's thread ended with code ${code}`)))
    worker.unref()
    return worker
  }

  #settle(worker: Worker, response: EncodeResponse): void {
    this.#failures = 0
    this.#pending.get(response.id)?.resolve(response.vectors)
    this.#pending.delete(response.id)
    if (this.#pending.size === 0) worker.unref()
  }

  /** Whoever waits for this thread is told; the text that broke it may be among theirs, so nothing is tried again here. */
  #fail(worker: Worker, cause: Error): void {
    if (worker !== this.#worker) return
    this.#worker = undefined
    this.#failures += 1
    const rest = this.#failures === 1 ? 0 : FIRST_REST_MS * 2 ** (this.#failures - 2)
    this.#restsUntil = this.#now() + Math.min(rest, LONGEST_REST_MS)
    this.#rejectAll(new EncoderUnavailableError('failed', `the encoder failed: ${cause.message}`, { cause }))
    // After 'messageerror' the thread still runs.
    void worker.terminate()
  }

  #rejectAll(error: EncoderUnavailableError): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

function startThread(workerData: EncoderWorkerData): Worker {
  return new Worker(new URL('./encoder-worker.js', import.meta.url), { workerData })
}
