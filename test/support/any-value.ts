import * as fc from 'fast-check'

/** As much of a JSON schema as the contract uses. */
export interface Schema {
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
/** Names that mean something here, and any text. */
export const anyText = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }))
/** What a field does not expect. */
export const anyJunk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  anyText,
  fc.constantFrom(null, '', 1e308, -1, 0, 2 ** 53, []),
)

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
export function anyValueOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: anyValid(schema), weight: 40 }, { arbitrary: anyJunk, weight: 1 })
}

/** Only values that keep the schema. */
export function anyValid(schema: Schema): fc.Arbitrary<unknown> {
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

/** A part of a path: nearly always one of those given, or one that keeps the schema, sometimes anything. */
export function anyPathPart(schema: Schema, given?: readonly string[]): fc.Arbitrary<string> {
  const usual = given === undefined ? anyValid(schema) : fc.constantFrom(...given)
  return fc.oneof({ arbitrary: usual, weight: 20 }, { arbitrary: anyText, weight: 1 }).map(toUriPart)
}

/** A query, with its question mark, of an object's schema. */
export function anyQuery(schema: Schema): fc.Arbitrary<string> {
  return anyValueOf(schema).map((value) => {
    const entries = Object.entries(Object(value) as object)
    return `?${entries.map(([name, one]) => `${toUriPart(name)}=${toUriPart(one)}`).join('&')}`
  })
}

/** Percent-encoded as it is, unpaired surrogates replaced. */
export const toUriPart = (value: unknown) => encodeURIComponent(Buffer.from(toText(value)).toString()) || '-'

/** Of an object its JSON: it may have no method that makes a text of it, or something else of that name. */
function toText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
