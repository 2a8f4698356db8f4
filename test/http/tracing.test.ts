import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Api, createApi, createStore, eventually } from '../support/api.js'
import { temporaryFolder } from '../support/folder.js'
import { createProfile } from '../support/profile.js'
import { cliPath, startServer, type TestServer } from '../support/server.js'
import { attributeOf, type ReceivedSpan, startTraceReceiver, type TraceReceiver } from '../support/trace-receiver.js'

let receiver: TraceReceiver
let server: TestServer
let api: Api
let store: string

beforeAll(async () => {
  receiver = await startTraceReceiver()
  server = await startServer({ env: settingsFor(receiver) })
  api = createApi(server)
  store = await createStore(api)
})
afterAll(async () => {
  await server.stop()
  receiver.close()
})

function settingsFor({ url }: TraceReceiver): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  }
}

/** Another server with a collector of its own, until the test ends. */
async function startTraced(
  env: Record<string, string>,
  status = 200,
): Promise<{ receiver: TraceReceiver; server: TestServer; api: Api }> {
  const own = await startTraceReceiver(status)
  onTestFinished(own.close)
  const started = await startServer({ env: { ...settingsFor(own), ...env } })
  onTestFinished(() => started.stop())
  const ownApi = createApi(started)
  await createStore(ownApi)
  return { receiver: own, server: started, api: ownApi }
}

/** The span of the answer with that request id. */
function spanOf(headers: Headers): Promise<ReceivedSpan> {
  const id = headers.get('twilio-request-id') ?? ''
  return eventually(
    async () => receiver.spans.find((span) => span.kind === 2 && attributeOf(span, 'recollect.request_id') === id),
    (span) => span !== undefined,
  ) as Promise<ReceivedSpan>
}

const childrenOf = (parent: ReceivedSpan) => receiver.spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId)

it("sends a request's span with what it is made of, in the trace of the caller", async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
  const body = { traits: { Contact: { email: 'traced@example.com' } } }
  const created = await api('POST', `/v1/Stores/${store}/Profiles`, body, { traceparent })
  expect(created.status).toBe(202)
  const span = await spanOf(created.headers)
  expect(span).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7', name: 'CreateProfile' })
  expect(attributeOf(span, 'http.route')).toBe('/v1/Stores/:storeId/Profiles')
  expect(attributeOf(span, 'http.response.status_code')).toBe('202')
  expect(attributeOf(span, 'recollect.operation')).toBe('CreateProfile')
  expect(attributeOf(span, 'recollect.store')).toBe(store)
  const [batch] = childrenOf(span)
  expect(batch).toMatchObject({ name: 'profile.batch', traceId })
  expect(attributeOf(batch, 'recollect.batch_size')).toBe('1')
  expect(childrenOf(batch as ReceivedSpan).map(({ name }) => name)).toEqual(['database.transaction'])
})

it('shows the stages of recall, the encoder below its stage', async () => {
  const id = await createProfile(api, store, { Contact: { email: 'stages@example.com' } })
  const profile = `/v1/Stores/${store}/Profiles/${id}`
  const observations = [{ content: 'Rides a red bicycle', occurredAt: '2026-01-05T10:00:00Z', source: 'test' }]
  const added = await api('POST', `${profile}/Observations`, { observations })
  const [batch] = childrenOf(await spanOf(added.headers))
  expect(batch?.name).toBe('memory.batch')
  const recalled = await api('POST', `${profile}/Recall`, { query: 'what does she ride?' })
  expect(recalled.status).toBe(200)
  const stages = childrenOf(await spanOf(recalled.headers))
  expect(stages.map(({ name }) => name)).toEqual(['recall.index', 'recall.query', 'recall.search', 'recall.read'])
  const encoder = childrenOf(stages[1] as ReceivedSpan)
  expect(encoder.map(({ name }) => name)).toEqual(['encoder.encode'])
  expect(attributeOf(encoder[0], 'recollect.purpose')).toBe('query')
})

it('gives a job a trace of its own that names its request', async () => {
  const profiles = [{ traits: { Contact: { email: 'bulk@example.com' } } }]
  const accepted = await api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles })
  expect(accepted.status).toBe(202)
  const job = await eventually(
    async () => receiver.spans.find(({ name }) => name === 'job bulk'),
    (span) => span !== undefined,
  )
  expect(attributeOf(job, 'recollect.request_id')).toBe(accepted.headers.get('twilio-request-id'))
  expect(attributeOf(job, 'recollect.store')).toBe(store)
  expect(job?.parentSpanId).toBeUndefined()
  const inside = receiver.spans.filter(({ traceId }) => traceId === job?.traceId).map(({ name }) => name)
  expect(inside).toContain('database.transaction')
})

it('links writes that shared a batch to it', async () => {
  const before = receiver.spans.length
  const spans = () => receiver.spans.slice(before)
  const emails = Array.from({ length: 40 }, (_, index) => `many-${index}@example.com`)
  await Promise.all(emails.map((email) => createProfile(api, store, { Contact: { email } })))
  const written = await eventually(
    async () => {
      const requests = spans().filter(({ name }) => name === 'CreateProfile')
      const batches = spans().filter(({ name }) => name === 'profile.batch')
      const members = batches.flatMap(({ parentSpanId, links = [] }) => [
        parentSpanId,
        ...links.map((link) => link.spanId),
      ])
      return { requests: requests.map(({ spanId }) => spanId).sort(), members: members.sort() }
    },
    ({ requests, members }) => requests.length === 40 && members.length === 40,
  )
  expect(written.members).toEqual(written.requests)
})

it('marks what failed, and says nothing a customer gave', async () => {
  const secret = 'Zebulon-secret-99'
  const id = await createProfile(api, store, { Contact: { email: `${secret}@example.com`, firstName: secret } })
  const profile = `/v1/Stores/${store}/Profiles/${id}`
  const observations = [{ content: secret, occurredAt: '2026-01-05T10:00:00Z', source: secret }]
  await api('POST', `${profile}/Observations`, { observations })
  await api('POST', `${profile}/Recall`, { query: secret })
  await api('POST', `/v1/Stores/${store}/Profiles/Lookup`, { idType: 'email', value: `${secret}@example.com` })
  await api('GET', `/v1/Stores/${secret}/Profiles?pageToken=${secret}`)
  await api('POST', `/v1/Stores/${store}/Profiles`, { traits: { [secret]: { [secret]: secret } } })
  const last = await api('GET', `/v1/${secret}`)
  expect(last.status).toBe(404)
  expect(attributeOf(await spanOf(last.headers), 'http.route')).toBe('unknown')
  const sent = Buffer.concat(receiver.bodies).toString()
  expect(receiver.spans.length).toBeGreaterThan(10)
  expect(sent).not.toContain(secret)
  expect(sent).not.toContain(server.account.token)
  const failed = receiver.spans.filter(({ status }) => status.code === 2)
  expect(failed.every(({ status }) => status.message === undefined)).toBe(true)
})

it('sends the last spans before it ends, as protobuf where nothing else is said, with name, headers and sampler as set', async () => {
  const { receiver, server } = await startTraced({
    OTEL_EXPORTER_OTLP_PROTOCOL: '',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
    OTEL_SERVICE_NAME: 'memory-of-tests',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=testing',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=seven',
  })
  expect(receiver.requests).toEqual([])
  await server.stop()
  expect(receiver.requests[0]).toMatchObject({
    path: '/v1/traces',
    contentType: 'application/x-protobuf',
    headers: { 'x-tenant': 'seven' },
  })
  const sent = Buffer.concat(receiver.bodies).toString('latin1')
  for (const word of ['memory-of-tests', 'testing', 'CreateStore']) expect(sent).toContain(word)
})

it('leaves out what the sampler leaves out', async () => {
  const { receiver, server } = await startTraced({ OTEL_TRACES_SAMPLER: 'always_off' })
  await server.stop()
  expect(receiver.spans).toEqual([])
})

it('serves on when nobody takes the spans, and says so in the log', async () => {
  const { server, api } = await startTraced({}, 400)
  await eventually(
    async () => server.logLines.filter((line) => line.includes('"tracing"')),
    (lines) => lines.length > 0,
  )
  expect((await api('GET', '/v1/ControlPlane/Stores')).status).toBe(200)
  expect(await server.kill('SIGTERM')).toBe(0)
})

it('refuses to start without the packages when traces are asked for, and needs none of them otherwise', async () => {
  const folder = await temporaryFolder()
  const dist = dirname(cliPath)
  await cp(dist, join(folder, 'dist'), { recursive: true })
  await cp(join(dist, '../package.json'), join(folder, 'package.json'))
  await mkdir(join(folder, 'node_modules'))
  for (const name of await readdir(join(dist, '../node_modules'))) {
    if (name.startsWith('@opentelemetry') || name.startsWith('.')) continue
    await symlink(join(dist, '../node_modules', name), join(folder, 'node_modules', name))
  }
  const start = (env: Record<string, string>) => startUntilItListens(join(folder, 'dist/main.js'), folder, env)
  const refused = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' })
  expect(refused.log).toContain('npm install @opentelemetry/api@^1.9.0 @opentelemetry/sdk-trace-base@')
  expect(refused.exitCode).toBe(78)
  expect((await start({})).log).toContain('"listening"')
})

/** What a server logs until it listens or ends; it is killed then. */
async function startUntilItListens(
  program: string,
  folder: string,
  env: Record<string, string>,
): Promise<{ log: string; exitCode: number | null }> {
  const child = spawn(process.execPath, [program, 'serve'], {
    env: { RECOLLECT_DATA_DIR: join(folder, 'data'), PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let log = ''
  for await (const text of child.stderr.setEncoding('utf8')) {
    log += text
    if (log.includes('"listening"')) return { log, exitCode: null }
  }
  if (child.exitCode === null) await once(child, 'exit')
  return { log, exitCode: child.exitCode }
}
