import { type JsonSchema, type OpenApiDocument, resolveReference } from './open-api.js'

/** A schema and the document that its references lead into. */
export interface LocatedSchema {
  readonly document: OpenApiDocument
  readonly schema: JsonSchema
}

/** A schema in one form, so that two ways to write the same thing are equal. */
export interface FlatSchema {
  /** Keywords with plain values: type, format, bounds, enum, pattern, default, nullable. */
  readonly keywords: Readonly<Record<string, unknown>>
  readonly required: readonly string[]
  readonly properties: Readonly<Record<string, JsonSchema>>
  /** Schema of the other properties; `false` when there may be none. */
  readonly others: JsonSchema | false
  readonly items: JsonSchema | undefined
  readonly alternatives: readonly JsonSchema[]
}

const PLAIN_KEYWORDS = [
  'type',
  'format',
  'nullable',
  'enum',
  'pattern',
  'default',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const

/** Resolves references, merges `allOf` and single alternatives, and leaves out descriptions, examples and extensions. */
export function flatten({ document, schema }: LocatedSchema): FlatSchema {
  const merged = merge(document, schema)
  const properties = (merged.properties ?? {}) as Record<string, JsonSchema>
  const required = [...((merged.required ?? []) as readonly string[])].sort()
  const keywords: Record<string, unknown> = {}
  for (const keyword of PLAIN_KEYWORDS) {
    const value = merged[keyword]
    if (value !== undefined && !(keyword === 'nullable' && value === false)) keywords[keyword] = value
  }
  const others = closesItself(merged, properties, required) ? false : toOthers(merged.additionalProperties)
  if (others === false && Number(keywords.maxProperties) >= Object.keys(properties).length) {
    // A closed object cannot have more properties than it has names.
    delete keywords.maxProperties
  }
  return {
    keywords,
    required,
    properties,
    others,
    items: merged.items as JsonSchema | undefined,
    alternatives: (merged.oneOf ?? []) as readonly JsonSchema[],
  }
}

function merge(document: OpenApiDocument, schema: JsonSchema): JsonSchema {
  const {
    allOf = [],
    oneOf,
    ...own
  } = resolveReference(document, schema) as JsonSchema & {
    allOf?: readonly JsonSchema[]
    oneOf?: readonly JsonSchema[]
  }
  const isSingle = oneOf?.length === 1
  const parts = [...allOf, ...(isSingle ? oneOf : [])].map((part) => merge(document, part))
  const base: JsonSchema = isSingle || oneOf === undefined ? own : { ...own, oneOf }
  return parts.reduce((sum, part) => mergeTwo(document, part, sum), base)
}

function mergeTwo(document: OpenApiDocument, first: JsonSchema, second: JsonSchema): JsonSchema {
  const properties: Record<string, JsonSchema> = { ...(first.properties as Record<string, JsonSchema> | undefined) }
  for (const [name, schema] of Object.entries((second.properties ?? {}) as Record<string, JsonSchema>)) {
    const known = properties[name]
    properties[name] =
      known === undefined ? schema : mergeTwo(document, merge(document, known), merge(document, schema))
  }
  const required = [...new Set([...((first.required ?? []) as string[]), ...((second.required ?? []) as string[])])]
  return {
    ...first,
    ...second,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  }
}

/** As many properties allowed as are required: then there can be no other. */
function closesItself(schema: JsonSchema, properties: object, required: readonly string[]): boolean {
  return required.length > 0 && schema.maxProperties === required.length && required.every((name) => name in properties)
}

function toOthers(additional: unknown): JsonSchema | false {
  if (additional === false) return false
  return typeof additional === 'object' && additional !== null ? (additional as JsonSchema) : {}
}
