import type { EncodePurpose } from './encoder.js'

/** Texts to encode. */
export interface EncodeRequest {
  readonly id: number
  readonly purpose: EncodePurpose
  readonly texts: readonly string[]
}

/** A request with the vectors it has so far: one for each text from the front, undefined for one without tokens. */
export interface EncodeJob {
  readonly request: EncodeRequest
  readonly vectors: (Float32Array | undefined)[]
}

/** What waits to be encoded, text by text: queries before documents, else in the order of arrival. */
export interface EncodeQueue {
  add(request: EncodeRequest): void
  /**
   * Encodes the one text whose turn it is.
   *
   * @returns its request when that is done now, 'more' when texts of it are left, undefined when nothing waits
   */
  encodeNext(encode: (text: string) => Float32Array | undefined): EncodeJob | 'more' | undefined
}

export function createEncodeQueue(): EncodeQueue {
  const waiting: Record<EncodePurpose, EncodeJob[]> = { query: [], document: [] }
  return {
    add(request) {
      waiting[request.purpose].push({ request, vectors: [] })
    },
    encodeNext(encode) {
      const queue = waiting.query.length > 0 ? waiting.query : waiting.document
      const [job] = queue
      if (job === undefined) return undefined
      const text = job.request.texts[job.vectors.length]
      if (text !== undefined) job.vectors.push(encode(text))
      if (job.vectors.length < job.request.texts.length) return 'more'
      queue.shift()
      return job
    },
  }
}
