import { setTimeout as sleep } from 'node:timers/promises'
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.js'
import { type EncodePurpose, type Encoder, EncoderUnavailableError } from './encoder.js'
import { readEmbeddings } from './openai-answer.js'

export interface OpenAiEncoderOptions {
  /** With or without the `/v1` at its end. */
  readonly baseUrl: string
  readonly apiKey?: string | undefined
  readonly model: string
  /** What vectors must have; absent: what the first answer has. */
  readonly dimensions?: number | undefined
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number
  /** The same for a query: somebody waits, and a lexical answer is better than a late one. */
  readonly queryTimeoutMs?: number
  /** Texts of one request. */
  readonly batchSize?: number
  /** How often documents are tried again; a query is not. */
  readonly retries?: number
  /** Before the first retry; it doubles with each one more. */
  readonly retryDelayMs?: number
  /** Failed requests in a row after which nothing is tried for `restMs`. */
  readonly failuresToRest?: number
  readonly restMs?: number
  /** Milliseconds that only grow. */
  readonly now?: () => number
}

const DEFAULTS = {
  timeoutMs: 10_000,
  queryTimeoutMs: 2000,
  batchSize: 64,
  retries: 2,
  retryDelayMs: 250,
  failuresToRest: 5,
  restMs: 30_000,
}
const LONGEST_RETRY_DELAY_MS = 10_000

const HTTP_REQUEST_TIMEOUT = 408
const HTTP_TOO_MANY_REQUESTS = 429
const HTTP_SERVER_ERROR = 500
/** Statuses that say something about the request, not about the service or the way to it. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 415, 422])

interface Attempt {
  readonly error: EncoderUnavailableError
  readonly retry: boolean
}

/** An encoder behind any endpoint like OpenAI's `POST /v1/embeddings`. */
export class OpenAiEncoder implements Encoder {
  readonly model: string
  readonly #options: typeof DEFAULTS
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #breaker: CircuitBreaker
  readonly #closing = new AbortController()
  #dimensions: number

  /** @throws TypeError when the base URL is none */
  constructor({ baseUrl, apiKey, model, dimensions, now = () => performance.now(), ...rest }: OpenAiEncoderOptions) {
    this.#options = { ...DEFAULTS, ...rest }
    this.#options.queryTimeoutMs = Math.min(this.#options.queryTimeoutMs, this.#options.timeoutMs)
    this.#url = toEmbeddingsUrl(baseUrl)
    this.#headers = {
      'Content-Type': 'application/json',
      ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
    }
    this.model = model
    this.#dimensions = dimensions ?? 0
    this.#breaker = createCircuitBreaker({
      failures: this.#options.failuresToRest,
      restMs: this.#options.restMs,
      now,
    })
  }

  get dimensions(): number {
    return this.#dimensions
  }

  async encode(texts: readonly string[], purpose: EncodePurpose = 'document'): Promise<(Float32Array | undefined)[]> {
    if (this.#closing.signal.aborted) throw closed()
    const vectors = new Array<Float32Array | undefined>(texts.length).fill(undefined)
    // Endpoints refuse empty texts.
    const places = texts.flatMap((text, place) => (text.trim() === '' ? [] : [place]))
    for (let start = 0; start < places.length; start += this.#options.batchSize) {
      const batch = places.slice(start, start + this.#options.batchSize)
      const encoded = await this.#encodeBatch(
        batch.map((place) => texts[place] ?? ''),
        purpose,
      )
      batch.forEach((place, index) => {
        vectors[place] = encoded[index]
      })
    }
    return vectors
  }

  async close(): Promise<void> {
    this.#closing.abort()
  }

  async #encodeBatch(texts: readonly string[], purpose: EncodePurpose): Promise<Float32Array[]> {
    const retries = purpose === 'query' ? 0 : this.#options.retries
    for (let attempt = 0; ; attempt += 1) {
      const result = await this.#try(texts, purpose)
      if (Array.isArray(result)) return result
      if (!result.retry || attempt >= retries) throw result.error
      await this.#wait(Math.min(this.#options.retryDelayMs * 2 ** attempt, LONGEST_RETRY_DELAY_MS))
    }
  }

  /** One request, with the breaker told how it went. */
  async #try(texts: readonly string[], purpose: EncodePurpose): Promise<Float32Array[] | Attempt> {
    if (!this.#breaker.admit()) {
      const error = new EncoderUnavailableError('resting', 'the embeddings service failed too often and is left alone')
      return { error, retry: false }
    }
    const result = await this.#request(texts, purpose)
    if (Array.isArray(result)) this.#breaker.succeeded()
    else if (result.error.reason === 'refused') this.#breaker.succeeded()
    else if (result.error.reason === 'closed') this.#breaker.abandoned()
    else this.#breaker.failed()
    return result
  }

  async #request(texts: readonly string[], purpose: EncodePurpose): Promise<Float32Array[] | Attempt> {
    const { timeoutMs, queryTimeoutMs } = this.#options
    const timeout = AbortSignal.timeout(purpose === 'query' ? queryTimeoutMs : timeoutMs)
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: this.#headers,
        body: JSON.stringify({ model: this.model, input: texts }),
        signal: AbortSignal.any([timeout, this.#closing.signal]),
      })
      if (!response.ok) return await toFailure(response)
      const vectors = readEmbeddings(await readJson(response), texts.length, this.#dimensions)
      this.#dimensions ||= vectors[0]?.length ?? 0
      return vectors
    } catch (error) {
      if (this.#closing.signal.aborted) return { error: closed(), retry: false }
      // What is malformed once is so again; a time-out or a broken connection may pass.
      if (error instanceof EncoderUnavailableError) return { error, retry: false }
      const what = timeout.aborted ? 'did not answer in time' : 'cannot be reached'
      const unreachable = new EncoderUnavailableError('failed', `the embeddings service ${what}`, { cause: error })
      return { error: unreachable, retry: true }
    }
  }

  async #wait(delayMs: number): Promise<void> {
    try {
      await sleep(delayMs, undefined, { signal: this.#closing.signal })
    } catch {
      throw closed()
    }
  }
}

function toEmbeddingsUrl(baseUrl: string): string {
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/embeddings`
  return url.href
}

/** The body is not quoted: services like to repeat the texts they were sent. */
async function toFailure(response: Response): Promise<Attempt> {
  await response.body?.cancel()
  const { status } = response
  const message = `the embeddings service answered with status ${status}`
  const retry = status >= HTTP_SERVER_ERROR || status === HTTP_TOO_MANY_REQUESTS || status === HTTP_REQUEST_TIMEOUT
  return { error: new EncoderUnavailableError(REFUSALS.has(status) ? 'refused' : 'failed', message), retry }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new EncoderUnavailableError('malformed', 'the answer of the embeddings service is no JSON')
  }
}

function closed(): EncoderUnavailableError {
  return new EncoderUnavailableError('closed', 'the encoder is closed')
}
