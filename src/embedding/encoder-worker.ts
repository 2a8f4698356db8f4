import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { lowerThreadPriority } from '../thread-priority.js'
import { createEncodeQueue, type EncodeJob, type EncodeRequest } from './encode-queue.js'
import { loadUseLite, type UseLite } from './use-lite.js'

/** One vector for each text of the request; undefined for one without tokens. */
export interface EncodeResponse {
  readonly id: number
  readonly vectors: (Float32Array | undefined)[]
}

export interface EncoderWorkerData {
  /** Where the model's files are; absent: in the installed package. */
  readonly modelDirectory?: string | undefined
}

/**
 * The thread that owns the built-in encoder. It encodes one text, lets new requests in, and goes on with the one whose
 * turn it is then: so a query waits for no more than the text under way.
 */
async function serve(port: MessagePort, { modelDirectory }: EncoderWorkerData): Promise<void> {
  const queue = createEncodeQueue()
  let model: UseLite | undefined
  let running = false

  const step = (encode: UseLite['encode']): void => {
    const job = queue.encodeNext(encode)
    running = job !== undefined
    if (job === undefined) return
    if (job !== 'more') answer(port, job)
    setImmediate(step, encode)
  }
  const start = (): void => {
    if (model === undefined || running) return
    running = true
    step(model.encode)
  }

  port.on('message', (request: EncodeRequest) => {
    queue.add(request)
    start()
  })
  model = await loadUseLite(modelDirectory)
  start()
}

function answer(port: MessagePort, { request: { id }, vectors }: EncodeJob): void {
  const buffers = vectors.flatMap((vector) => (vector === undefined ? [] : [vector.buffer as ArrayBuffer]))
  port.postMessage({ id, vectors } satisfies EncodeResponse, buffers)
}

// Requests come before texts that wait to be encoded, and those may be many.
lowerThreadPriority()
// A model that cannot be loaded ends the thread; its other side hears of it by the 'error' event.
if (parentPort !== null) await serve(parentPort, workerData as EncoderWorkerData)
