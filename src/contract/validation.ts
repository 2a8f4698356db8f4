import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Settings } from 'typebox/system'

/** The first thing that is wrong with a value. */
export interface Violation {
  /** Where, as a path of names: `profiles[3].traits`; empty for the value itself. */
  field: string
  /** What, to be read after the field: `must be integer`. */
  reason: string
}

interface RawError {
  keyword: string
  instancePath: string
  schemaPath: string
  message: string
  params: Record<string, unknown>
}

/**
 * Errors that are collected of one value. TypeBox stops at 8, and then those against the form that a value names itself
 * may be missing among those against all the other forms.
 */
const MAX_ERRORS = 64

const validators = new WeakMap<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  let validator = validators.get(schema)
  if (validator === undefined) {
    validator = Compile(schema)
    validators.set(schema, validator)
  }
  return validator
}

/**
 * Validates a value without changing or coercing it. Schemas are compiled at their first use.
 *
 * @returns the first violation, or nothing when the value is valid
 */
export function findViolation(schema: TSchema, value: unknown): Violation | undefined {
  const validator = validatorOf(schema)
  if (validator.Check(value)) return undefined
  Settings.Set({ maxErrors: MAX_ERRORS })
  // A property that is not allowed is reported twice, as "schema is false" and by its parent; the parent names it.
  const errors = (validator.Errors(value) as RawError[]).filter(({ keyword }) => keyword !== 'boolean')
  const [error] = selectVariant(errors)
  return error === undefined ? { field: '', reason: 'is invalid' } : describe(error)
}

/**
 * Of a value that may have several forms, the errors against the form it names itself (`type`, `ruleType`); when it
 * names none of them, one error that lists the names.
 */
function selectVariant(errors: readonly RawError[]): readonly RawError[] {
  const variantOf = ({ schemaPath }: RawError) => /^(.*?\/oneOf\/\d+)/.exec(schemaPath)?.[1]
  const misnamed = errors.filter((error) => error.keyword === 'enum' && /\/(type|ruleType)$/.test(error.instancePath))
  const [first] = misnamed
  if (first === undefined || variantOf(first) === undefined) return errors
  const others = new Set(misnamed.map(variantOf))
  const own = errors.filter((error) => variantOf(error) !== undefined && !others.has(variantOf(error)))
  if (own.length > 0) return own
  const allowedValues = misnamed.flatMap(({ params }) => params.allowedValues as string[])
  return [{ ...first, params: { allowedValues } }]
}

function describe(error: RawError): Violation {
  const field = toFieldPath(error.instancePath)
  switch (error.keyword) {
    case 'required':
      return { field: join(field, firstOf(error.params.requiredProperties)), reason: 'is required' }
    case 'additionalProperties':
      return { field: join(field, firstOf(error.params.additionalProperties)), reason: 'is not a known property' }
    case 'enum':
      return { field, reason: `must be one of ${listOf(error.params.allowedValues)}` }
    default:
      return { field, reason: error.message }
  }
}

function toFieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : join(path, part)), '')
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function firstOf(value: unknown): string {
  return Array.isArray(value) ? String(value[0]) : ''
}

function listOf(value: unknown): string {
  return Array.isArray(value) ? value.map((item) => JSON.stringify(item)).join(', ') : ''
}
