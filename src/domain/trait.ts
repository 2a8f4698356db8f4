import type { TraitPatch, TraitScalar, TraitValue } from '../contract/profile.js'
import type { DataType } from '../contract/trait-group.js'
import { badRequest } from '../errors.js'
import { MAX_IDENTIFIER_LENGTH, normalize } from './identity/normalize.js'
import type { IdentifierValue } from './identity/state.js'
import type { StoreSchema, TraitRule } from './schema.js'

/** One trait to write; no value removes it. */
export interface TraitChange {
  readonly group: string
  readonly name: string
  readonly value: TraitValue | undefined
  /** Identifier type the value is promoted to. */
  readonly idType: string | undefined
}

/**
 * Checks traits against the store's definitions.
 *
 * @param prefix path to put before the field in messages, such as `profiles[3].`
 * @throws ApiError 400 for the first trait that is not declared, has another type or breaks its rule
 */
export function checkTraits(schema: StoreSchema, traits: TraitPatch, prefix = ''): TraitChange[] {
  const changes: TraitChange[] = []
  for (const [group, values] of Object.entries(traits)) {
    for (const [name, value] of Object.entries(values)) {
      changes.push(checkTrait(schema, group, name, value, prefix))
    }
  }
  return changes
}

function checkTrait(schema: StoreSchema, group: string, name: string, value: unknown, prefix: string): TraitChange {
  const rule = schema.traits.get(group)?.get(name)
  if (rule === undefined) {
    const where = prefix === '' ? '' : ` (at ${prefix}traits)`
    throw badRequest(`Trait not registered for this service: ${group}.${name}${where}`)
  }
  const field = `${prefix}traits.${group}.${name}`
  if (value === null) return { group, name, value: undefined, idType: undefined }
  const typed = checkType(rule.dataType, value, field)
  const reason = rule.findViolation(typed)
  if (reason !== undefined) throw badRequest(`${field} ${reason}`)
  return { group, name, value: typed, idType: rule.idType }
}

function checkType(dataType: DataType, value: unknown, field: string): TraitValue {
  switch (dataType) {
    case 'STRING':
      if (typeof value === 'string') return value
      break
    case 'NUMBER':
      if (Number.isFinite(value)) return value as number
      break
    case 'BOOLEAN':
      if (typeof value === 'boolean') return value
      break
    case 'ARRAY':
      if (Array.isArray(value) && value.every(isScalar)) return value as TraitScalar[]
      break
  }
  const wanted = dataType === 'ARRAY' ? 'an ARRAY of strings, numbers or booleans' : `a ${dataType}`
  throw badRequest(`${field} must be ${wanted}`)
}

function isScalar(value: unknown): value is TraitScalar {
  // JSON may write numbers that no double holds; they would come back as null.
  return typeof value === 'string' || Number.isFinite(value) || typeof value === 'boolean'
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

/**
 * Reads the text of a CSV cell as a trait's type.
 *
 * @returns the value, or why it cannot be taken
 */
export function readCell(rule: TraitRule, text: string): { value: TraitValue } | { reason: string } {
  const value = parseCell(rule.dataType, text)
  if (value === undefined) return { reason: `is no ${rule.dataType}` }
  const reason = rule.findViolation(value)
  return reason === undefined ? { value } : { reason }
}

function parseCell(dataType: DataType, text: string): TraitValue | undefined {
  switch (dataType) {
    case 'STRING':
      return text
    case 'NUMBER': {
      const number = NUMBER.test(text.trim()) ? Number(text) : Number.NaN
      return Number.isFinite(number) ? number : undefined
    }
    case 'BOOLEAN':
      return BOOLEANS.get(text.trim().toLowerCase())
    case 'ARRAY':
      return parseArray(text)
  }
}

function parseArray(text: string): TraitScalar[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every(isScalar) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * The identifiers that changes promote. Blank, boolean and array values identify nobody.
 *
 * @param prefix path to put before the field in messages
 * @throws ApiError 400 for a value longer than an identifier may be
 */
export function promoteIdentifiers(
  schema: StoreSchema,
  changes: readonly TraitChange[],
  prefix = '',
): IdentifierValue[] {
  const identifiers: IdentifierValue[] = []
  for (const { group, name, value, idType } of changes) {
    if (idType === undefined || (typeof value !== 'string' && typeof value !== 'number')) continue
    const config = schema.identifierTypes.get(idType)
    const normalized = config && normalize(config.normalization, String(value))
    if (normalized === undefined) continue
    if (normalized.length > MAX_IDENTIFIER_LENGTH) {
      throw badRequest(
        `${prefix}traits.${group}.${name} identifies a profile and must not have more than ${MAX_IDENTIFIER_LENGTH} characters`,
      )
    }
    if (!identifiers.some((known) => known.idType === idType && known.value === normalized)) {
      identifiers.push({ idType, value: normalized })
    }
  }
  return identifiers
}
