import { EncoderUnavailableError, normalizeVector } from './encoder.js'

/**
 * The vectors of an answer of `POST /v1/embeddings`, brought to length 1, in the order of the texts asked for.
 *
 * @param count how many texts were asked for
 * @param dimensions the length each vector must have; 0: all the same, whichever
 * @throws EncoderUnavailableError `malformed`
 */
export function readEmbeddings(body: unknown, count: number, dimensions: number): Float32Array[] {
  const data = isObject(body) ? body.data : undefined
  if (!Array.isArray(data)) throw malformed('it has no list "data"')
  if (data.length !== count) throw malformed(`it has ${data.length} vectors for ${count} texts`)
  const vectors = new Array<Float32Array | undefined>(count)
  data.forEach((item: unknown, place) => {
    if (!isObject(item)) throw malformed('an item of "data" is no object')
    // Some servers leave the index out; then the order is that of the texts.
    const index = item.index ?? place
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count) {
      throw malformed('an index is out of range')
    }
    if (vectors[index] !== undefined) throw malformed('an index is there twice')
    vectors[index] = readVector(item.embedding, dimensions)
  })
  const present = vectors.filter((vector) => vector !== undefined)
  if (present.some((vector) => vector.length !== present[0]?.length)) throw malformed('its vectors differ in length')
  return present
}

function readVector(embedding: unknown, dimensions: number): Float32Array {
  if (!Array.isArray(embedding) || !embedding.every((value) => typeof value === 'number')) {
    throw malformed('an "embedding" is no list of numbers')
  }
  if (embedding.length === 0 || (dimensions !== 0 && embedding.length !== dimensions)) {
    throw malformed(`a vector has ${embedding.length} dimensions instead of ${dimensions || 'at least one'}`)
  }
  const vector = Float32Array.from(embedding)
  if (!normalizeVector(vector)) throw malformed('a vector has no direction')
  return vector
}

/** What is read of an answer and its items. */
interface Answer {
  readonly data?: unknown
  readonly index?: unknown
  readonly embedding?: unknown
}

function isObject(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(what: string): EncoderUnavailableError {
  return new EncoderUnavailableError('malformed', `the answer of the embeddings service cannot be used: ${what}`)
}
