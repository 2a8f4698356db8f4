import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { EncodePurpose } from './encoder.js'
import { loadUseLite, type UseLite } from './use-lite.js'

/** Texts to encode. */
export interface EncodeRequest {
  readonly id: number
  readonly purpose: EncodePurpose
  readonly texts: readonly string[]
}

export type EncodeResponse =
  /** The model is loaded. */
  { readonly ready: true } | { readonly id: number; readonly vectors: (Float32Array | undefined)[] }

export interface EncoderWorkerData {
  /** Where the model's files are; absent: in the installed package. */
  readonly modelDirectory?: string | undefined
}

interface Job {
  readonly request: EncodeRequest
  readonly vectors: (Float32Array | undefined)[]
}

/**
 * The thread that owns the built-in encoder. It encodes one text, lets new requests in, and goes on with the oldest
 * query or, when there is none, the oldest document: a query waits for no more than the text under way.
 */
async function serve(port: MessagePort, { modelDirectory }: EncoderWorkerData): Promise<void> {
  const queues: Record<EncodePurpose, Job[]> = { query: [], document: [] }
  let model: UseLite | undefined
  let running = false

  const step = (loaded: UseLite): void => {
    const queue = queues.query.length > 0 ? queues.query : queues.document
    const [job] = queue
    running = job !== undefined
    if (job === undefined) return
    if (encodeNext(loaded, job)) {
      queue.shift()
      answer(port, job)
    }
    setImmediate(step, loaded)
  }
  const start = (): void => {
    if (model === undefined || running) return
    running = true
    step(model)
  }

  port.on('message', (request: EncodeRequest) => {
    queues[request.purpose].push({ request, vectors: [] })
    start()
  })
  model = await loadUseLite(modelDirectory)
  start()
}

/** Encodes the next text of a request; true when that was the last. */
function encodeNext(model: UseLite, { request: { texts }, vectors }: Job): boolean {
  const text = texts[vectors.length]
  if (text !== undefined) vectors.push(model.encode(text))
  return vectors.length >= texts.length
}

function answer(port: MessagePort, { request: { id }, vectors }: Job): void {
  const buffers = vectors.flatMap((vector) => (vector === undefined ? [] : [vector.buffer as ArrayBuffer]))
  port.postMessage({ id, vectors } satisfies EncodeResponse, buffers)
}

// A model that cannot be loaded ends the thread; its other side hears of it by the 'error' event.
if (parentPort !== null) await serve(parentPort, workerData as EncoderWorkerData)
