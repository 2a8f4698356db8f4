import * as fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { OPERATIONS } from '../../src/contract/operations.js'
import type { Answer } from '../support/api.js'
import { createProfile } from '../support/profile.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer({ env: { LOG_LEVEL: 'error' } })

const RUNS = 40

interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly maxLength?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
}

const TEXTS = [
  '',
  ' ',
  'x',
  'Contact',
  'email',
  'chat',
  'ann@example.com',
  '+13175550160',
  '2024-01-01T00:00:00Z',
  '\u{1F600}',
  '%',
  "'",
  '__proto__',
]
const anyText = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 40 }))
const anyJunk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), anyText, fc.constantFrom(null, 1e308, -1, 0, 2 ** 53, []))

/** Values that mostly keep a schema, so that many get past validation, and sometimes break it. */
function anyValueOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: anyValid(schema), weight: 9 }, { arbitrary: anyJunk, weight: 1 })
}

function anyValid({
  type,
  enum: choices,
  properties,
  additionalProperties,
  items,
  oneOf,
  pattern,
}: Schema): fc.Arbitrary<unknown> {
  if (choices !== undefined) return fc.constantFrom(...choices)
  if (oneOf !== undefined) return fc.oneof(...oneOf.map(anyValueOf))
  if (properties !== undefined) {
    const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, anyValueOf(field)]))
    return fc.record(fields, { requiredKeys: Object.keys(fields).slice(0, 2) })
  }
  if (type === 'object') {
    const value = typeof additionalProperties === 'object' ? anyValueOf(additionalProperties) : anyJunk
    return fc.dictionary(fc.constantFrom('Contact', 'email', 'chat', 'constructor'), value, { maxKeys: 2 })
  }
  if (type === 'array') return fc.array(items === undefined ? anyJunk : anyValueOf(items), { maxLength: 3 })
  if (type === 'integer') return fc.integer({ min: -1, max: 101 })
  if (type === 'number') return fc.double({ noNaN: true, noDefaultInfinity: true })
  if (type === 'boolean') return fc.boolean()
  return pattern === undefined ? anyText : fc.oneof(anyText, fc.stringMatching(new RegExp(pattern)))
}

let profile: string

beforeAll(async () => {
  profile = await createProfile(api, store(), { Contact: { email: 'fuzz@example.com' } })
})

/** Ids that exist, that nobody has, and that are none. */
function anyPath(url: string): fc.Arbitrary<string> {
  const ids: Record<string, () => string[]> = {
    storeId: () => [store(), store(), store(), UNKNOWN.store],
    profileId: () => [profile, profile, UNKNOWN.profile],
    importId: () => [UNKNOWN.import],
    operationId: () => [UNKNOWN.operation],
    traitGroupName: () => ['Contact', 'Nope'],
    idType: () => ['email', 'phone', 'nope'],
  }
  const parts = url.split('/').map((part) => {
    if (!part.startsWith(':')) return fc.constant(part)
    const known = ids[part.slice(1)]?.() ?? ['x']
    return fc.oneof(
      { arbitrary: fc.constantFrom(...known), weight: 9 },
      { arbitrary: anyText.map(toPathPart), weight: 1 },
    )
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

// DeleteStore would take the ground from under the others.
const operations = OPERATIONS.filter(({ operationId }) => operationId !== 'DeleteStore')

it.each(operations.map((operation) => [operation.operationId, operation] as const))(
  '%s answers any input without failing',
  async (_, { method, url, query, body }) => {
    const call = fc.record({
      path: anyPath(url),
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
