import { type FlatSchema, flatten } from './flat-schema.js'
import type { JsonSchema, OpenApiDocument } from './open-api.js'

/** A value that the document does not allow. */
export interface Breakage {
  /** Path of the part that is wrong: `profiles[0].traits`; empty for the value itself. */
  readonly field: string
  /** What is wrong: `maxLength`, `type`, `required`. */
  readonly rule: string
  readonly value: unknown
}

const WRONG_TYPES: Readonly<Record<string, unknown>> = {
  string: 42,
  integer: 'text',
  number: 'text',
  boolean: 'yes',
  array: {},
  object: [],
}

/**
 * Takes a valid value and breaks one rule of its schema at a time, at any depth: the bounds of the document, made into
 * requests that must be refused.
 */
export function breakValue(
  document: OpenApiDocument,
  schema: JsonSchema,
  valid: unknown,
  field = '',
): readonly Breakage[] {
  const flat = chooseAlternative(document, flatten({ document, schema }), valid)
  const { type } = flat.keywords
  if (typeof type !== 'string') return []
  const breakages: Breakage[] = [{ field, rule: 'type', value: WRONG_TYPES[type] }]
  if (flat.keywords.nullable !== true) breakages.push({ field, rule: 'null', value: null })
  if (type === 'string') breakages.push(...breakString(flat, field))
  if (type === 'integer' || type === 'number') breakages.push(...breakNumber(flat, field))
  if (type === 'array') breakages.push(...breakArray(document, flat, valid as unknown[], field))
  if (type === 'object') breakages.push(...breakObject(document, flat, valid as Record<string, unknown>, field))
  return breakages
}

/** The alternative of a `oneOf` whose constant property the value has. */
function chooseAlternative(document: OpenApiDocument, flat: FlatSchema, valid: unknown): FlatSchema {
  for (const schema of flat.alternatives) {
    const alternative = flatten({ document, schema })
    const fits = Object.entries(alternative.properties).some(([name, property]) => {
      const { enum: values } = flatten({ document, schema: property }).keywords
      return Array.isArray(values) && values.includes((valid as Record<string, unknown>)[name])
    })
    if (fits) return alternative
  }
  return flat
}

function breakString({ keywords }: FlatSchema, field: string): Breakage[] {
  const broken: Breakage[] = []
  const add = (rule: string, value: string) => broken.push({ field, rule, value })
  if (keywords.maxLength !== undefined) add('maxLength', 'a'.repeat(Number(keywords.maxLength) + 1))
  if (Number(keywords.minLength) > 0) add('minLength', 'a'.repeat(Number(keywords.minLength) - 1))
  // No pattern of the document knows a snowman.
  if (keywords.pattern !== undefined) add('pattern', '☃')
  if (keywords.enum !== undefined) add('enum', 'SNOWMAN')
  if (keywords.format === 'date-time') add('format', 'yesterday')
  return broken
}

function breakNumber({ keywords }: FlatSchema, field: string): Breakage[] {
  const broken: Breakage[] = []
  if (keywords.type === 'integer') broken.push({ field, rule: 'integer', value: Number(keywords.minimum ?? 0) + 0.5 })
  if (keywords.minimum !== undefined) broken.push({ field, rule: 'minimum', value: Number(keywords.minimum) - 1 })
  if (keywords.maximum !== undefined) broken.push({ field, rule: 'maximum', value: Number(keywords.maximum) + 1 })
  return broken
}

function breakArray(document: OpenApiDocument, flat: FlatSchema, valid: readonly unknown[], field: string): Breakage[] {
  const { minItems, maxItems } = flat.keywords
  const broken: Breakage[] = []
  if (Number(minItems) > 0) broken.push({ field, rule: 'minItems', value: valid.slice(0, Number(minItems) - 1) })
  if (maxItems !== undefined) {
    broken.push({ field, rule: 'maxItems', value: Array.from({ length: Number(maxItems) + 1 }, () => valid[0]) })
  }
  if (flat.items === undefined || valid.length === 0) return broken
  const inside = breakValue(document, flat.items, valid[0], `${field}[0]`)
  return [...broken, ...inside.map((breakage) => ({ ...breakage, value: [breakage.value, ...valid.slice(1)] }))]
}

function breakObject(
  document: OpenApiDocument,
  flat: FlatSchema,
  valid: Readonly<Record<string, unknown>>,
  field: string,
): Breakage[] {
  const join = (name: string) => (field === '' ? name : `${field}.${name}`)
  const broken = flat.required.map((name): Breakage => {
    const { [name]: _, ...rest } = valid
    return { field: join(name), rule: 'required', value: rest }
  })
  if (flat.others === false) {
    broken.push({ field: join('snowman'), rule: 'additionalProperties', value: { ...valid, snowman: 1 } })
  } else if (flat.keywords.maxProperties !== undefined && Object.keys(flat.properties).length === 0) {
    broken.push({ field, rule: 'maxProperties', value: crowd(valid, Number(flat.keywords.maxProperties) + 1) })
  }
  for (const [name, value] of Object.entries(valid)) {
    const schema = flat.properties[name] ?? (flat.others === false ? undefined : flat.others)
    if (schema === undefined) continue
    const inside = breakValue(document, schema, value, join(name))
    broken.push(...inside.map((breakage) => ({ ...breakage, value: { ...valid, [name]: breakage.value } })))
  }
  return broken
}

/** The same value under so many names. */
function crowd(valid: Readonly<Record<string, unknown>>, count: number): Record<string, unknown> {
  const [value] = Object.values(valid)
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`name${index}`, value]))
}
