import type { TraitDefinition } from '../contract/trait-group.js'
import { badRequest, ERROR_CODES, limitReached } from '../errors.js'
import { compilePattern } from './pattern.js'
import type { StoreSchema } from './schema.js'

/**
 * Checks trait definitions beyond their form: rule and type agree, the pattern compiles, the identifier type exists.
 *
 * @throws ApiError 400
 */
export async function checkDefinitions(
  schema: StoreSchema,
  definitions: Record<string, TraitDefinition>,
  maxTraits: number,
): Promise<void> {
  checkCount(definitions, maxTraits)
  for (const [name, definition] of Object.entries(definitions)) await checkDefinition(schema, name, definition)
}

/** @throws ApiError 400 */
export function checkCount(definitions: Record<string, TraitDefinition>, maxTraits: number): void {
  if (Object.keys(definitions).length <= maxTraits) return
  throw limitReached(`traits: the group must not have more than ${maxTraits} definitions`, ERROR_CODES.traitLimit)
}

const MAX_TRAIT_NAME_LENGTH = 64

async function checkDefinition(schema: StoreSchema, name: string, definition: TraitDefinition): Promise<void> {
  const field = `traits.${name}`
  if (name === '' || name.length > MAX_TRAIT_NAME_LENGTH) {
    throw badRequest(`${field}: a trait name must have 1 to ${MAX_TRAIT_NAME_LENGTH} characters`)
  }
  const { dataType, validationRule, idTypePromotion } = definition
  if (dataType === '') throw badRequest(`${field}.dataType must be one of STRING, NUMBER, BOOLEAN, ARRAY`)
  if (validationRule !== undefined && validationRule.ruleType !== dataType) {
    throw badRequest(`${field}.validationRule.ruleType must be ${dataType}, the dataType of the trait`)
  }
  if (validationRule?.ruleType === 'STRING' && validationRule.pattern !== undefined) {
    await checkPattern(`${field}.validationRule.pattern`, validationRule.pattern)
  }
  if (idTypePromotion !== undefined && !schema.identifierTypes.has(idTypePromotion)) {
    const known = [...schema.identifierTypes.keys()].join(', ')
    throw badRequest(`${field}.idTypePromotion must be an identifier type of the store: ${known}`)
  }
}

async function checkPattern(field: string, pattern: string): Promise<void> {
  try {
    await compilePattern(pattern)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw badRequest(`${field} is no regular expression in RE2 syntax: ${reason}`)
  }
}
