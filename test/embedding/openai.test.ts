import { describe, expect, it, onTestFinished } from 'vitest'
import { OpenAiEncoder, type OpenAiEncoderOptions } from '../../src/embedding/openai.js'
import { type Answer, answerWell, answerWith, startEmbeddingsServer, vectorOf } from './embeddings-server.js'
import { cosine, lengthOf } from './oracle.js'

function createEncoder(baseUrl: string, options: Partial<OpenAiEncoderOptions> = {}): OpenAiEncoder {
  const encoder = new OpenAiEncoder({ baseUrl, model: 'small', retryDelayMs: 1, ...options })
  onTestFinished(() => encoder.close())
  return encoder
}

const failure = (reason: string, message?: string) =>
  expect.objectContaining({
    name: 'EncoderUnavailableError',
    reason,
    message: message === undefined ? expect.any(String) : expect.stringContaining(message),
  })

/** Neither time-outs nor retries nor a breaker in the way of what is tested. */
const ONCE = { retries: 0, failuresToRest: 1000 }

describe('an encoder behind an endpoint', () => {
  it('asks as OpenAI wants it, and brings the vectors to length 1 and into order', async () => {
    const { url, calls } = await startEmbeddingsServer()
    const vectors = await createEncoder(url, { apiKey: 'key-1' }).encode(['one', 'three', 'twelve'])
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/v1/embeddings' })
    expect(calls[0]?.body).toEqual({ model: 'small', input: ['one', 'three', 'twelve'] })
    expect(calls[0]?.headers).toMatchObject({ authorization: 'Bearer key-1', 'content-type': 'application/json' })
    for (const [index, text] of ['one', 'three', 'twelve'].entries()) {
      expect(lengthOf(vectors[index]!)).toBeCloseTo(1, 6)
      expect(cosine(vectors[index]!, vectorOf(text))).toBeCloseTo(1, 6)
    }
  })

  it.each(['', '/', '/v1', '/v1/', '/proxy', '/proxy/v1'])('takes a base URL that ends in %j', async (end) => {
    const { url, calls } = await startEmbeddingsServer()
    await createEncoder(`${url}${end}`).encode(['a'])
    expect(calls[0]?.path).toBe(end.startsWith('/proxy') ? '/proxy/v1/embeddings' : '/v1/embeddings')
    expect(calls[0]?.headers.authorization).toBeUndefined()
  })

  it('asks in batches, and not at all for texts of nothing', async () => {
    const { url, calls } = await startEmbeddingsServer()
    const encoder = createEncoder(url, { batchSize: 2 })
    const vectors = await encoder.encode(['a', '', 'bb', ' \n', 'ccc'])
    expect(calls.map(({ body }) => body.input)).toEqual([['a', 'bb'], ['ccc']])
    expect(vectors.map((vector) => vector !== undefined)).toEqual([true, false, true, false, true])
    expect(cosine(vectors[4]!, vectorOf('ccc'))).toBeCloseTo(1, 6)
    expect(await encoder.encode(['', ''])).toEqual([undefined, undefined])
    expect(calls).toHaveLength(2)
  })

  it('learns the dimensions from the first answer and holds the others to it', async () => {
    const { url, state } = await startEmbeddingsServer()
    const encoder = createEncoder(url, ONCE)
    expect(encoder.dimensions).toBe(0)
    await encoder.encode(['a'])
    expect(encoder.dimensions).toBe(3)
    state.answer = answerWith({ data: [{ index: 0, embedding: [1, 2] }] })
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('malformed', '2 dimensions'))
  })

  it('takes items without an index in the order of the texts', async () => {
    const { url } = await startEmbeddingsServer(answerWith({ data: [{ embedding: [1, 0] }, { embedding: [0, 2] }] }))
    expect(await createEncoder(url).encode(['a', 'b'])).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)])
  })
})

describe('an answer that cannot be used', () => {
  const good = { index: 0, embedding: [1, 2, 3] }
  it.each<[string, unknown]>([
    ['no JSON', '<html>'],
    ['no object', []],
    ['no data', {}],
    ['data of another kind', { data: 'x' }],
    ['too few vectors', { data: [good] }],
    ['too many vectors', { data: [good, { ...good, index: 1 }, { ...good, index: 2 }] }],
    ['an item that is nothing', { data: [good, null] }],
    ['an index twice', { data: [good, good] }],
    ['an index out of range', { data: [good, { ...good, index: 2 }] }],
    ['an index that is a fraction', { data: [good, { ...good, index: 0.5 }] }],
    ['a vector in base64', { data: [good, { index: 1, embedding: 'AAAA' }] }],
    ['a vector with a hole', { data: [good, { index: 1, embedding: [1, null, 3] }] }],
    ['an empty vector', { data: [good, { index: 1, embedding: [] }] }],
    ['a vector of zeros', { data: [good, { index: 1, embedding: [0, 0, 0] }] }],
    ['numbers beyond a float', { data: [good, { index: 1, embedding: [1e300, 0, 0] }] }],
    ['vectors of two lengths', { data: [good, { index: 1, embedding: [1, 2] }] }],
  ])('is refused and not asked for again: %s', async (_, body) => {
    const { url, calls } = await startEmbeddingsServer(answerWith(body))
    await expect(createEncoder(url).encode(['a', 'b'])).rejects.toEqual(failure('malformed'))
    expect(calls).toHaveLength(1)
  })
})

describe('a service in trouble', () => {
  /** Fails so many times, then answers. */
  function failing(times: number, fail: Answer): Answer {
    let left = times
    return (response, call) => {
      left -= 1
      if (left >= 0) fail(response, call)
      else answerWell(response, call)
    }
  }
  const hangUp: Answer = (response) => response.destroy()
  const silence: Answer = () => undefined

  it.each<[string, Answer]>([
    ['status 500', answerWith({}, 500)],
    ['status 503', answerWith('busy', 503)],
    ['status 429', answerWith({}, 429)],
    ['a broken connection', hangUp],
  ])('is asked again for documents after %s', async (_, fail) => {
    const { url, calls } = await startEmbeddingsServer(failing(2, fail))
    expect(await createEncoder(url, { retries: 2 }).encode(['a'])).toHaveLength(1)
    expect(calls).toHaveLength(3)
  })

  it('is asked so often and no more, and its answer is not repeated in the error', async () => {
    const { url, calls } = await startEmbeddingsServer(answerWith({ error: 'cannot embed: my secret' }, 500))
    const error = await createEncoder(url, { retries: 2 })
      .encode(['my secret'])
      .catch((reason: unknown) => reason)
    expect(error).toEqual(failure('failed', 'status 500'))
    expect(String(error)).not.toContain('secret')
    expect(calls).toHaveLength(3)
  })

  it('is not asked again for a query, for somebody waits', async () => {
    const { url, calls } = await startEmbeddingsServer(failing(1, answerWith({}, 500)))
    await expect(createEncoder(url, { retries: 2 }).encode(['a'], 'query')).rejects.toEqual(failure('failed'))
    expect(calls).toHaveLength(1)
  })

  it.each([400, 413, 422])('that refuses the texts with %i is not asked again, nor left alone', async (status) => {
    const { url, calls } = await startEmbeddingsServer(answerWith({}, status))
    const encoder = createEncoder(url, { failuresToRest: 1 })
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('refused', `${status}`))
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('refused', `${status}`))
    expect(calls).toHaveLength(2)
  })

  it.each([401, 403, 404])('that knows no such key or model (%i) is not asked again', async (status) => {
    const { url, calls } = await startEmbeddingsServer(answerWith({}, status))
    await expect(createEncoder(url).encode(['a'])).rejects.toEqual(failure('failed', `${status}`))
    expect(calls).toHaveLength(1)
  })

  it('that says nothing is given up after the time-out', async () => {
    const { url } = await startEmbeddingsServer(silence)
    const encoder = createEncoder(url, { ...ONCE, timeoutMs: 50 })
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('failed', 'in time'))
  })

  it('that stops in the middle of an answer is given up after the time-out', async () => {
    const { url } = await startEmbeddingsServer((response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.write('{"data":')
    })
    const encoder = createEncoder(url, { ...ONCE, queryTimeoutMs: 50 })
    await expect(encoder.encode(['a'], 'query')).rejects.toEqual(failure('failed', 'in time'))
  })

  it('that is not there cannot be reached', async () => {
    const encoder = createEncoder('http://127.0.0.1:1', ONCE)
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('failed', 'reached'))
  })

  it('is left alone after failures in a row, and then tried by one call', async () => {
    let clock = 0
    const { url, calls, state } = await startEmbeddingsServer(answerWith({}, 500))
    const encoder = createEncoder(url, { retries: 0, failuresToRest: 2, restMs: 1000, now: () => clock })
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('failed'))
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('failed'))
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('resting'))
    expect(calls).toHaveLength(2)
    clock = 1000
    state.answer = answerWell
    const both = await Promise.allSettled([encoder.encode(['a']), encoder.encode(['b'])])
    expect(both).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: failure('resting') }])
    expect(await encoder.encode(['c'])).toHaveLength(1)
    expect(calls).toHaveLength(4)
  })
})

describe('close', () => {
  it('ends calls under way and refuses later ones', async () => {
    const { url } = await startEmbeddingsServer(() => void encoder.close())
    const encoder = createEncoder(url)
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('closed'))
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('closed'))
  })

  it('ends the wait for a retry', async () => {
    const { url } = await startEmbeddingsServer((response) => {
      response.writeHead(500).end()
      setImmediate(() => void encoder.close())
    })
    const encoder = createEncoder(url, { retryDelayMs: 3_600_000 })
    await expect(encoder.encode(['a'])).rejects.toEqual(failure('closed'))
  })
})

it('refuses a base URL that is none', () => {
  expect(() => createEncoder('embeddings')).toThrow(TypeError)
})
