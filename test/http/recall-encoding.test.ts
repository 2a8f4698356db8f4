import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Answer, answerWell, startEmbeddingsServer } from '../embedding/embeddings-server.js'
import { createApi, createStore, eventually } from '../support/api.js'
import { contentsOf, createMemoryProfile, type MemoryProfile, observe, summary } from '../support/memory.js'
import { newAccount, startServer, type TestServer } from '../support/server.js'
import { type SharedServer, useServer } from '../support/use-server.js'

/** Shares no word with the question it answers. */
const QUESTION = 'Which pets does she have?'
const ANSWER = 'There are two cats and a dog in the house'
const OTHERS = ['Pays by bank transfer', 'The invoice was sent in May', 'Prefers a call in the evening']

const ENCODER_MS = 200

interface Explained {
  readonly id: string
  readonly kind: string
  readonly content: string
  readonly score?: number
  readonly lexical?: number
  readonly cosine?: number
  readonly ageDays: number
  readonly matchedTerms: readonly string[]
}

/** The hits once each has its vector. */
async function explainEncoded(server: SharedServer, { explain }: MemoryProfile): Promise<Explained[]> {
  const api = createApi(server)
  const { body } = await eventually(
    () => api('POST', explain, { query: QUESTION, observationsLimit: 100, summariesLimit: 100 }),
    ({ body }) => body.hits.length > 0 && body.hits.every(({ cosine }: Explained) => cosine !== undefined),
    30_000,
  )
  return body.hits
}

/** Starts servers on one folder, one after the other. */
async function createFolder(): Promise<(env?: Record<string, string>) => Promise<TestServer>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'recollect-test-'))
  const account = newAccount()
  let current: TestServer | undefined
  onTestFinished(async () => {
    await current?.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  })
  return async (env = {}) => {
    current = await startServer({ dataDir, account, stranger: account, env })
    return current
  }
}

it('says how long it took, with what it waited for in it', async () => {
  const slow: Answer = (response, call) => void setTimeout(() => answerWell(response, call), ENCODER_MS)
  const embeddings = await startEmbeddingsServer()
  const start = await createFolder()
  const server = await start({
    RECOLLECT_ENCODER: 'openai',
    RECOLLECT_ENCODER_URL: embeddings.url,
    RECOLLECT_ENCODER_MODEL: 'small',
  })
  const api = createApi(server)
  const profile = await createMemoryProfile(api, await createStore(api))
  await observe(api, profile, ANSWER)
  await explainEncoded(server, profile)
  embeddings.state.answer = slow
  const { body } = await api('POST', profile.recall, { query: 'What has never been asked before?' })
  expect(body.observations).toHaveLength(1)
  expect(body.meta.queryTime).toBeGreaterThanOrEqual(ENCODER_MS)
})

describe('the built-in encoder', () => {
  const { server, api, store } = useServer()

  it('finds by meaning what shares no word with the question, some time after the write', async () => {
    const profile = await createMemoryProfile(api, store())
    await observe(api, profile, ANSWER, ...OTHERS)
    await api('POST', profile.summaries, { summaries: [summary(`${OTHERS.join('. ')}. `.repeat(20)), summary(ANSWER)] })
    const hits = await explainEncoded(server(), profile)
    const [first, second] = hits
    expect(new Set([first?.content, second?.content])).toEqual(new Set([ANSWER]))
    expect(
      hits
        .map(({ kind }) => kind)
        .toSorted()
        .join(),
    ).toBe(`${'observation,'.repeat(4)}summary,summary`)
    const { observations, summaries } = (await api('POST', profile.recall, { query: QUESTION })).body
    expect([observations[0].content, summaries[0].content]).toEqual([ANSWER, ANSWER])
    expect(observations[0].score).toBe(hits.find(({ id }) => id === observations[0].id)?.score)
  })

  it('encodes a changed text anew', async () => {
    const profile = await createMemoryProfile(api, store())
    await observe(api, profile, OTHERS[0] ?? '')
    const [before] = await explainEncoded(server(), profile)
    await api('PATCH', `${profile.observations}/${before?.id}`, { content: ANSWER })
    const [after] = await explainEncoded(server(), profile)
    expect(after?.id).toBe(before?.id)
    expect(after?.cosine).toBeGreaterThan((before?.cosine ?? 1) + 0.1)
  })

  it('is explained: parts of the score, age, matched terms and the time of each stage, by POST and by GET', async () => {
    const profile = await createMemoryProfile(api, store())
    await observe(api, profile, ANSWER, 'Her pet sleeps a lot')
    await explainEncoded(server(), profile)
    const posted = (await api('POST', profile.explain, { query: QUESTION })).body
    const got = (await api('GET', `${profile.explain}?query=${encodeURIComponent(QUESTION)}`)).body
    const ageless = (hits: Explained[]) => hits.map(({ ageDays, ...hit }) => hit)
    expect(ageless(got.hits)).toEqual(ageless(posted.hits))
    const sleeping = posted.hits.find(({ matchedTerms }: Explained) => matchedTerms.length > 0)
    expect(sleeping).toMatchObject({
      content: 'Her pet sleeps a lot',
      matchedTerms: ['pet'],
      lexical: expect.any(Number),
    })
    for (const { lexical, cosine, score, ageDays } of posted.hits) {
      expect(lexical).toBeGreaterThanOrEqual(0)
      expect(Math.abs(cosine)).toBeLessThanOrEqual(1.001)
      expect(score).toBeGreaterThan(0)
      expect(ageDays).toBeGreaterThanOrEqual(0)
    }
    expect(Object.keys(posted.stages)).toEqual(['query', 'index', 'search', 'read'])
    const plain = (await api('POST', profile.explain, {})).body.hits
    expect(plain.map((hit: Explained) => [hit.score, hit.matchedTerms])).toEqual([
      [undefined, []],
      [undefined, []],
    ])
  })
})

describe('a crash between acknowledgement and encoding', () => {
  it('loses no vector', async () => {
    const start = await createFolder()
    const first = await start()
    const api = createApi(first)
    const store = await createStore(api)
    const profile = await createMemoryProfile(api, store)
    const texts = Array.from({ length: 200 }, (_, index) => `Note ${index}: ${OTHERS[index % 3]} and ${ANSWER}`)
    await observe(api, profile, ...texts)
    expect(await first.kill('SIGKILL')).toBe('SIGKILL')
    const second = await start()
    const hits = await explainEncoded(second, profile)
    expect(hits).toHaveLength(100)
    const metrics = () => fetch(`${second.url}/metrics`).then((answer) => answer.text())
    const queued = await eventually(metrics, (text) => !/^recollect_\w*(encod|text)\w* [1-9]/m.test(text))
    expect(queued).toMatch(/^recollect_\w*(encod|text)\w* 0$/m)
    const range = { query: QUESTION, observationsLimit: 100, endDate: '2026-01-06T00:00:00Z' }
    expect((await createApi(second)('POST', profile.recall, range)).body.observations).toHaveLength(100)
  })
})

describe('a stop while texts are encoded', () => {
  const TEXTS = Array.from({ length: 99 }, (_, index) => `Note ${index}: ${OTHERS[index % 3]} and ${ANSWER}`)

  async function stopQuietly(server: TestServer): Promise<void> {
    expect(await server.kill('SIGTERM')).toBe(0)
    expect(server.logLines.filter((line) => !line.includes('"level":"info"'))).toEqual([])
    expect(server.logLines.at(-1)).toContain('"msg":"stopped"')
  }

  it('by the built-in encoder is quiet, and the next start goes on', async () => {
    const start = await createFolder()
    const first = await start()
    const api = createApi(first)
    const profile = await createMemoryProfile(api, await createStore(api))
    await observe(api, profile, ...TEXTS)
    await eventually(
      () => api('POST', profile.explain, { query: QUESTION, observationsLimit: 100 }),
      ({ body }) => body.hits.some(({ cosine }: Explained) => cosine !== undefined),
    )
    await stopQuietly(first)
    expect(await explainEncoded(await start(), profile)).toHaveLength(TEXTS.length)
  })

  it('by a service is quiet, and the next start goes on', async () => {
    const embeddings = await startEmbeddingsServer(() => undefined)
    const start = await createFolder()
    const env = {
      RECOLLECT_ENCODER: 'openai',
      RECOLLECT_ENCODER_URL: embeddings.url,
      RECOLLECT_ENCODER_MODEL: 'small',
    }
    const first = await start(env)
    const api = createApi(first)
    const profile = await createMemoryProfile(api, await createStore(api))
    await observe(api, profile, ...TEXTS)
    await eventually(
      async () => embeddings.calls.length,
      (calls) => calls > 0,
    )
    await stopQuietly(first)
    embeddings.state.answer = answerWell
    expect(await explainEncoded(await start(env), profile)).toHaveLength(TEXTS.length)
  })
})

describe('another encoder at a restart', () => {
  it('works by words without one, and encodes everything once there is one', async () => {
    const start = await createFolder()
    const lexical = await start({ RECOLLECT_ENCODER: 'none' })
    const api = createApi(lexical)
    const profile = await createMemoryProfile(api, await createStore(api))
    await observe(api, profile, ANSWER, ...OTHERS)
    await api('POST', profile.summaries, { summaries: [summary(ANSWER)] })
    const { hits } = (await api('POST', profile.explain, { query: 'the invoice' })).body
    expect(contentsOf(hits)[0]).toBe('The invoice was sent in May')
    expect(hits.some(({ cosine }: Explained) => cosine !== undefined)).toBe(false)
    expect(await lexical.kill('SIGTERM')).toBe(0)

    const hybrid = await start()
    const encoded = await explainEncoded(hybrid, profile)
    expect(encoded).toHaveLength(5)
    expect(contentsOf(encoded).slice(0, 2)).toEqual([ANSWER, ANSWER])
    expect(await hybrid.kill('SIGTERM')).toBe(0)

    const again = await start({ RECOLLECT_ENCODER: 'none' })
    const answer = await createApi(again)('POST', profile.explain, { query: 'the invoice' })
    expect(contentsOf(answer.body.hits)[0]).toBe('The invoice was sent in May')
    expect(answer.body.hits.some(({ cosine }: Explained) => cosine !== undefined)).toBe(false)
  })
})
