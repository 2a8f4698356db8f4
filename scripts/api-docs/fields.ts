/** What is read of a JSON schema. */
export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly [keyword: string]: unknown
}

export interface Field {
  /** With the names of what it is in: `observations[].content`. */
  readonly name: string
  readonly required: boolean
  readonly type: string
  readonly description: string
}

/** Every field of a body, those of objects inside it after the object. */
export function describeFields(schema: Schema, prefix = ''): Field[] {
  if (schema.items !== undefined && schema.type === 'array') return describeFields(schema.items, `${prefix}[]`)
  const variants = schema.oneOf ?? schema.anyOf
  if (variants !== undefined) return mergeVariants(variants, prefix)
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const full = prefix === '' ? name : `${prefix}.${name}`
    const required = schema.required?.includes(name) === true
    return [toField(full, required, property), ...describeFields(property, full)]
  })
  if (typeof schema.additionalProperties !== 'object') return named
  const full = prefix === '' ? '*' : `${prefix}.*`
  return [
    ...named,
    toField(full, false, schema.additionalProperties),
    ...describeFields(schema.additionalProperties, full),
  ]
}

/** Fields of several shapes, each once; required are those that every shape requires. */
function mergeVariants(variants: readonly Schema[], prefix: string): Field[] {
  const fields = new Map<string, Field>()
  for (const field of variants.flatMap((variant) => describeFields(variant, prefix))) {
    const known = fields.get(field.name)
    const types = new Set([...(known?.type.split(' or ') ?? []), field.type])
    fields.set(field.name, {
      ...field,
      required: field.required && known?.required !== false,
      type: [...types].join(' or '),
      description: known?.description || field.description,
    })
  }
  return [...fields.values()]
}

function toField(name: string, required: boolean, schema: Schema): Field {
  return { name, required, type: describeType(schema), description: schema.description ?? '' }
}

/** A schema's type with its bounds, in a few words. */
export function describeType(schema: Schema): string {
  const variants = schema.oneOf ?? schema.anyOf
  if (variants !== undefined) return [...new Set(variants.map(describeType))].join(' or ')
  if (schema.enum !== undefined)
    return [...schema.enum.map((value) => `\`${JSON.stringify(value)}\``), ...fallback(schema)].join(', ')
  const kind = schema.type === 'array' ? `array of ${describeType({ ...schema.items })}` : (schema.type ?? 'any')
  return [kind, ...bounds(schema), ...fallback(schema)].join(', ')
}

function bounds(schema: Schema): string[] {
  const range = (low: unknown, high: unknown, what: string) => {
    if (low !== undefined && high !== undefined) return [low === high ? `${low}${what}` : `${low} to ${high}${what}`]
    if (high !== undefined) return [`at most ${high}${what}`]
    return low !== undefined ? [`at least ${low}${what}`] : []
  }
  return [
    ...(schema.format === undefined ? [] : [schema.format]),
    ...(schema.pattern === undefined ? [] : [`\`${schema.pattern}\``]),
    ...range(schema.minimum, schema.maximum, ''),
    ...range(schema.minLength, schema.maxLength, ' characters'),
    ...range(schema.minItems, schema.maxItems, ' items'),
    ...range(schema.minProperties, schema.maxProperties, ' entries'),
  ]
}

function fallback(schema: Schema): string[] {
  return schema.default === undefined ? [] : [`default \`${JSON.stringify(schema.default)}\``]
}
