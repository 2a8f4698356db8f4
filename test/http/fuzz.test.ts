import * as fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { OPERATIONS } from '../../src/contract/operations.js'
import type { Answer } from '../support/api.js'
import { createProfile } from '../support/profile.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

const RUNS = 15

interface Schema {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
}

const NAMES = [
  'email',
  'chat',
  'phone',
  'Contact',
  'ann@example.com',
  '+13175550160',
  'tea',
  '\u{1F600}',
  "it's 100 %",
  '__proto__',
]
const anyText = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }))
const anyJunk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), anyText, fc.constantFrom(null, '', 1e308, -1, 0, 2 ** 53, []))

const anyDate = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
const anyIdType = fc.constantFrom('email', 'phone', 'chat', 'nope')

/** What stands in fields whose schema does not say what makes sense. */
const USUAL: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  idType: anyIdType,
  traits: fc.oneof(
    fc.dictionary(anyText, fc.oneof(fc.constant({ dataType: 'STRING' }), anyJunk), { maxKeys: 2 }),
    fc.record({ Contact: fc.record({ email: anyJunk, phone: anyText, chat: anyText }, { requiredKeys: ['chat'] }) }),
  ),
  traitGroup: fc.constantFrom('Contact', 'Nope'),
  traitName: fc.constantFrom('email', 'city', 'nope'),
}

/** Nearly always values that keep the schema, so that many get past validation, and sometimes one that breaks it. */
function anyValueOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: anyValid(schema), weight: 40 }, { arbitrary: anyJunk, weight: 1 })
}

function anyValid(schema: Schema): fc.Arbitrary<unknown> {
  const { enum: choices, properties, additionalProperties, items, oneOf } = schema
  if (choices !== undefined) return fc.constantFrom(...choices)
  if (oneOf !== undefined) return fc.oneof(...oneOf.map(anyValueOf))
  if (properties !== undefined) {
    // A token that is made up only ever tests the tokens.
    const fields = Object.entries(properties).filter(([name]) => name !== 'pageToken')
    const values = Object.fromEntries(fields.map(([name, field]) => [name, USUAL[name] ?? anyValueOf(field)]))
    return fc.record(values, { requiredKeys: [...(schema.required ?? [])] })
  }
  switch (schema.type) {
    case 'object': {
      if (typeof additionalProperties !== 'object') return anyJunk
      return fc.dictionary(fc.constantFrom(...NAMES), anyValueOf(additionalProperties), { maxKeys: 2 })
    }
    case 'array':
      return fc.array(items === undefined ? anyJunk : anyValueOf(items), { minLength: 1, maxLength: 3 })
    case 'string':
      return anyTextOf(schema)
    default:
      return anyScalarOf(schema)
  }
}

function anyTextOf({ format, pattern }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return anyDate.map((date) => date.toISOString().replace('Z', '-05:30'))
  return pattern === undefined ? anyText : fc.stringMatching(new RegExp(pattern))
}

function anyScalarOf({ type, minimum = 0, maximum = 100 }: Schema): fc.Arbitrary<unknown> {
  if (type === 'integer') return fc.integer({ min: minimum, max: maximum })
  if (type === 'number') return fc.double({ noNaN: true, noDefaultInfinity: true })
  return type === 'boolean' ? fc.boolean() : anyText
}

/** Ids that exist, by the name of the path parameter. */
const known: Record<string, string[]> = { traitGroupName: ['Contact', 'Nope'], idType: ['email', 'phone', 'nope'] }

beforeAll(async () => {
  const profile = await createProfile(api, store(), { Contact: { email: 'fuzz@example.com' } })
  const base = `/v1/Stores/${store()}/Profiles/${profile}`
  const occurredAt = new Date().toISOString()
  await api('POST', `${base}/Observations`, { observations: [{ content: 'likes tea', source: 'test', occurredAt }] })
  known.storeId = [...new Array<string>(9).fill(store()), UNKNOWN.store]
  known.profileId = [...new Array<string>(9).fill(profile), UNKNOWN.profile]
  known.observationId = (await api('GET', `${base}/Observations`)).body.observations.map(({ id }: { id: string }) => id)
})

/** Mostly ids that exist or are well-formed, sometimes anything. */
function anyPath(url: string, params: Schema | undefined): fc.Arbitrary<string> {
  const parts = url.split('/').map((part) => {
    if (!part.startsWith(':')) return fc.constant(part)
    const name = part.slice(1)
    const given = known[name]
    const usual = given === undefined ? anyValid(params?.properties?.[name] ?? {}) : fc.constantFrom(...given)
    const junk = { arbitrary: anyText.map(toPathPart), weight: 1 }
    return fc.oneof({ arbitrary: usual.map((value) => toPathPart(String(value))), weight: 20 }, junk)
  })
  return fc.tuple(...parts).map((filled) => filled.join('/'))
}

/** Percent-encoded as it is, unpaired surrogates replaced. */
const toPathPart = (text: string) => encodeURIComponent(Buffer.from(text).toString()) || '-'

function anyQuery(schema: Schema | undefined): fc.Arbitrary<string> {
  if (schema?.properties === undefined) return fc.constant('')
  const values = anyValueOf(schema).map((value) => Object.entries(Object(value) as object))
  return values.map(
    (entries) => `?${entries.map(([name, value]) => `${toPathPart(name)}=${toPathPart(String(value))}`).join('&')}`,
  )
}

function expectAnswer(answer: Answer): void {
  if (answer.status >= 400) expectRefusal(answer, answer.status)
  expect(answer.status).toBeLessThan(500)
}

// Deletions come last, and that of the store, which would take the ground from under them, not at all.
const operations = OPERATIONS.filter(({ operationId }) => operationId !== 'DeleteStore').toSorted(
  (a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'),
)

it.each(operations.map((operation) => [operation.operationId, operation] as const))(
  '%s answers any input without failing',
  async (_, { method, url, params, query, body }) => {
    const call = fc.record({
      path: anyPath(url, params as Schema | undefined),
      query: anyQuery(query as Schema | undefined),
      body: body === undefined ? fc.constant(undefined) : anyValueOf(body as Schema),
    })
    await fc.assert(
      fc.asyncProperty(call, async (input) => {
        expectAnswer(await api(method, input.path + input.query, input.body))
      }),
      { numRuns: RUNS },
    )
    expect(server().logLines.filter((line) => line.includes('"level":50'))).toEqual([])
  },
)
