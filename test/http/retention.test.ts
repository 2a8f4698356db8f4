import { expect, it, onTestFinished } from 'vitest'
import { createObservations } from '../../src/domain/observation.js'
import { openStore } from '../../src/domain/store-scope.js'
import { createSummaries } from '../../src/domain/summary.js'
import { createApi, createStore, eventually } from '../support/api.js'
import { openContextAt } from '../support/clock-context.js'
import { TEST_ACTOR } from '../support/context.js'
import { temporaryFolder } from '../support/folder.js'
import { contentsOf, conversationId, createMemoryProfile, observation, observe, summary } from '../support/memory.js'
import { startServer, type TestServer } from '../support/server.js'
import { useServer } from '../support/use-server.js'

const DAY_MS = 24 * 60 * 60 * 1000
const used = useServer()
const retention = () => `/recollect/v1/Stores/${used.store()}/Retention`

it('is for ever at first, and is replaced whole', async () => {
  const first = await used.api('GET', retention())
  expect(first).toMatchObject({ status: 200, body: { version: 0 } })
  const set = await used.api('PUT', retention(), { observationDays: 400, summaryDays: 90 })
  expect(set).toMatchObject({ status: 200, body: { observationDays: 400, summaryDays: 90, version: 1 } })
  expect((await used.api('GET', retention())).body).toEqual(set.body)
  const etag = set.headers.get('etag') ?? ''
  const replaced = await used.api('PUT', retention(), { summaryDays: 91 }, { 'if-match': etag })
  expect(replaced.body).toEqual({ summaryDays: 91, version: 2 })
  expect((await used.api('PUT', retention(), {}, { 'if-match': etag })).status).toBe(412)
  // The same once more changes nothing.
  expect((await used.api('PUT', retention(), { summaryDays: 91 })).body.version).toBe(2)
})

it.each([
  [{ observationDays: 0 }],
  [{ observationDays: 1.5 }],
  [{ observationDays: '30' }],
  [{ summaryDays: 36_501 }],
  [{ summaryDays: null }],
  [{ days: 30 }],
  [[]],
])('refuses %j', async (body) => {
  expect(await used.api('PUT', retention(), body)).toMatchObject({ status: 400, body: { code: 520046 } })
})

it('is nothing that another account can see or set', async () => {
  expect((await used.strangerApi('GET', retention())).status).toBe(404)
  expect((await used.strangerApi('PUT', retention(), { summaryDays: 1 })).status).toBe(404)
})

/** A server that looks for old memories every second, and a writer beside it that lives 40 days ago. */
async function startWithPast(): Promise<{ server: TestServer; restart: () => Promise<TestServer>; dataDir: string }> {
  const dataDir = await temporaryFolder()
  const env = { RECOLLECT_RETENTION_INTERVAL_SECONDS: '1' }
  const start = async (previous?: TestServer) => {
    const server = await startServer({ dataDir, env, ...(previous && { account: previous.account }) })
    onTestFinished(() => server.stop())
    return server
  }
  const server = await start()
  const restart = async () => {
    await server.kill('SIGKILL')
    return start(server)
  }
  return { server, restart, dataDir }
}

it('old memories go with their revisions and vectors, and recall follows; a restart goes on with it', async () => {
  const { server, restart, dataDir } = await startWithPast()
  let api = createApi(server)
  const store = await createStore(api)
  const person = await createMemoryProfile(api, store)
  const past = await openContextAt(dataDir, () => Date.now() - 40 * DAY_MS)
  const actor = { ...TEST_ACTOR, accountSid: server.account.sid }
  const rememberThen = async (content: string) => {
    const scope = await openStore(past, server.account.sid, store)
    await createObservations(past, scope, actor, person.id, [observation(content)])
    await createSummaries(past, scope, actor, person.id, [
      { ...summary(`summary of ${content}`), conversationId: conversationId(1) },
    ])
  }
  await rememberThen('Prefers green tea')
  await observe(api, person, 'Prefers black coffee')
  const { body } = await api('GET', `${person.observations}?orderBy=ASC`)
  expect(body.observations).toHaveLength(2)
  const old = `${person.observations}/${body.observations[0].id}`
  expect((await api('PATCH', old, { content: 'Prefers jasmine tea' })).status).toBe(202)
  expect(contentsOf((await api('POST', person.recall, { query: 'tea' })).body.observations)).toContain(
    'Prefers jasmine tea',
  )

  const path = `/recollect/v1/Stores/${store}/Retention`
  expect((await api('PUT', path, { observationDays: 30 })).status).toBe(200)
  const observations = async () => contentsOf((await api('GET', person.observations)).body.observations)
  await eventually(observations, (contents) => contents.length === 1)
  expect(await observations()).toEqual(['Prefers black coffee'])
  expect((await api('GET', `${old}/Revisions`)).status).toBe(404)
  const recalled = await api('POST', person.recall, { query: 'tea' })
  expect(contentsOf(recalled.body.observations)).toEqual(['Prefers black coffee'])
  expect((await api('GET', person.summaries)).body.summaries).toHaveLength(1)
  const vectors = await past.db.read.selectFrom('memory_vector').select('memory_id').execute()
  expect(vectors.map((row) => row.memory_id)).not.toContain(body.observations[0].id)

  api = createApi(await restart())
  await rememberThen('Prefers cold water')
  await eventually(observations, (contents) => contents.length === 1, 30_000)
  expect(await observations()).toEqual(['Prefers black coffee'])
  expect((await api('GET', person.summaries)).body.summaries).toHaveLength(2)
}, 90_000)
