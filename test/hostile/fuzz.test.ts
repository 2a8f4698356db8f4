import * as fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { anyPathPart, anyQuery, anyText, anyValueOf, type Schema, toUriPart } from '../support/any-value.js'
import { basic, createStore } from '../support/api.js'
import { createProfile } from '../support/profile.js'
import { UNKNOWN } from '../support/refusal.js'
import { useOwnServer } from '../support/use-server.js'
import { attack } from './attack.js'
import { openWire, type Wire, type WireAnswer } from './wire.js'

/** With 55 operations more than 100,000 requests in all. */
const RUNS = 1900
const SHAPELESS_RUNS = 5000
const CONNECTIONS = 48
const CHUNK = 950
const FAILURES_SHOWN = 5

const { server, api, store } = useOwnServer()
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))

interface Call {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

function send(wire: Wire, { method, path, headers = {}, body = '' }: Call): Promise<WireAnswer> {
  const all = { authorization: basic(server().account), 'content-type': 'application/json', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return wire.send(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}`, body)
}

/** What is wrong with an answer; nothing when it is an answer the API gives. */
function findFault({ status, text }: WireAnswer, { method }: Call): string | undefined {
  if (status >= 500) return `status ${status}: ${text}`
  if (status < 400 || method === 'HEAD') return undefined
  try {
    const { code, message, status: inBody } = JSON.parse(text)
    return Number.isInteger(code) && typeof message === 'string' && inBody === status ? undefined : text
  } catch {
    return `no refusal of the API: ${text.slice(0, 200)}`
  }
}

/** Sends calls over all connections; resolves with what went wrong. */
async function sendAll(calls: readonly Call[]): Promise<{ fault: string; call: Call }[]> {
  const faults: { fault: string; call: Call }[] = []
  const rest = calls.values()
  const work = async () => {
    const wire = openWire(server().url)
    for (const call of rest) {
      const fault = await send(wire, call).then(
        (answer) => findFault(answer, call),
        (error: Error) => `no answer: ${error.message}`,
      )
      if (fault !== undefined) faults.push({ fault, call })
    }
    wire.close()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  return faults
}

/** Sends so many calls of a kind, made a part at a time. */
async function fuzz(calls: fc.Arbitrary<Call>, count: number): Promise<void> {
  for (let done = 0; done < count; done += CHUNK) {
    const faults = await sendAll(fc.sample(calls, { numRuns: Math.min(CHUNK, count - done), seed: seed + done }))
    expect(faults.slice(0, FAILURES_SHOWN)).toEqual([])
  }
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: Schema
}

interface DocumentedOperation {
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Schema | undefined
}

/** What the document says of an operation, as far as it matters here. */
interface Description {
  readonly operationId: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

/** Every operation of the server's own document. */
async function readOperations(): Promise<DocumentedOperation[]> {
  const { paths } = (await api('GET', '/openapi.json')).body as { paths: Record<string, Record<string, Description>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, requestBody }]) => ({
      operationId,
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema,
    })),
  )
}

/** Ids that exist, by the name of the path parameter. */
const known: Record<string, string[]> = { traitGroupName: ['Contact', 'Nope'], idType: ['email', 'phone', 'nope'] }
/** Stores that may be deleted. */
const doomed: string[] = []

beforeAll(async () => {
  const profile = await createProfile(api, store(), { Contact: { email: 'fuzz@example.com' } })
  const base = `/v1/Stores/${store()}/Profiles/${profile}`
  const occurredAt = new Date().toISOString()
  await api('POST', `${base}/Observations`, { observations: [{ content: 'likes tea', source: 'test', occurredAt }] })
  known.storeId = [...new Array<string>(9).fill(store()), UNKNOWN.store]
  known.profileId = [...new Array<string>(9).fill(profile), UNKNOWN.profile]
  known.observationId = (await api('GET', `${base}/Observations`)).body.observations.map(({ id }: { id: string }) => id)
  for (let count = 0; count < 20; count += 1) doomed.push(await createStore(api))
})

/** Mostly ids that exist or are well-formed, sometimes anything. */
function anyPath({ operationId, path, parameters }: DocumentedOperation): fc.Arbitrary<string> {
  const parts = path.split('/').map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined) return fc.constant(part)
    const given = operationId === 'DeleteStore' ? [...doomed, UNKNOWN.store] : known[name]
    const schema = parameters.find((parameter) => parameter.name === name)?.schema
    return anyPathPart(schema ?? {}, given)
  })
  return fc.tuple(...parts).map((filled) => filled.join('/'))
}

function anyQueryOf(parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  if (inQuery.length === 0) return fc.constant('')
  const properties = Object.fromEntries(inQuery.map(({ name, schema }) => [name, schema]))
  const required = inQuery.flatMap(({ name, required: isRequired }) => (isRequired ? [name] : []))
  return anyQuery({ type: 'object', properties, required })
}

function anyCall(operation: DocumentedOperation): fc.Arbitrary<Call> {
  const { method, parameters, body } = operation
  return fc
    .record({
      path: anyPath(operation),
      query: anyQueryOf(parameters),
      body: body === undefined ? fc.constant(undefined) : anyValueOf(body),
    })
    .map((input) => ({
      method,
      path: input.path + input.query,
      ...(input.body !== undefined && { body: JSON.stringify(input.body) }),
    }))
}

const anyHeaderName = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,20}$/).filter((name) => !HOP_BY_HOP.test(name))
const HOP_BY_HOP =
  /^(connection|content-length|expect|host|transfer-encoding|upgrade|te|trailer|accept-encoding|keep-alive)$/i

/** Requests that no document describes. */
const anyShapelessCall: fc.Arbitrary<Call> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'),
  path: fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'v1',
          'recollect',
          'Stores',
          'Profiles',
          '..',
          '.',
          '',
          '%2e%2e',
          '%00',
          '%',
          '%ff',
          'docs',
          'metrics',
        ),
        anyText.map(toUriPart),
      ),
      { maxLength: 8 },
    )
    .map((parts) => `/${parts.join('/')}`),
  headers: fc
    .dictionary(anyHeaderName, fc.stringMatching(/^[ -~]{0,200}$/), { maxKeys: 20 })
    .map((headers) => ({ ...headers })),
  body: fc.option(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.json()), { nil: undefined }),
})

it('answers more than a hundred thousand requests made from its own document, never with a failure', async () => {
  const operations = await readOperations()
  process.stdout.write(`${operations.length} operations, seed ${seed} (FUZZ_SEED repeats it)\n`)
  expect(operations.length * RUNS + SHAPELESS_RUNS).toBeGreaterThan(100_000)
  // Deletions come last: they take the ground from under the others.
  const ordered = operations.toSorted((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'))
  await attack(server(), 'fuzzing', `/v1/Stores/${store()}/Profiles`, async () => {
    for (const operation of ordered) await fuzz(anyCall(operation), RUNS)
    await fuzz(anyShapelessCall, SHAPELESS_RUNS)
  })
})
