import { RE2JS } from 're2js'
import type { IdentifierConfig } from '../contract/identity.js'
import type { TraitValue } from '../contract/profile.js'
import type { DataType, TraitDefinition, ValidationRule } from '../contract/trait-group.js'
import { badRequest } from '../errors.js'
import type { Metrics } from '../metrics.js'
import type { StoreScope } from '../scope.js'
import { findIdentitySettings } from '../storage/identity-settings.js'
import type { Executor } from '../storage/tables.js'
import { selectTraitGroups } from '../storage/trait-group.js'
import { DEFAULT_IDENTITY_SETTINGS } from './identity/default-settings.js'

/** A trait definition, ready to be applied to values. */
export interface TraitRule {
  readonly dataType: DataType
  readonly idType: string | undefined
  /** Why a value of the right type breaks the validation rule; nothing when it keeps it. */
  readonly findViolation: (value: TraitValue) => string | undefined
}

/** Everything about a store that writes are checked against, as of one schema version. */
export interface StoreSchema {
  readonly version: number
  readonly traits: ReadonlyMap<string, ReadonlyMap<string, TraitRule>>
  readonly identifierTypes: ReadonlyMap<string, IdentifierConfig>
  readonly matchingRules: readonly string[]
}

/** @throws ApiError 400 for an identifier type the store does not have */
export function requireIdentifierType(schema: StoreSchema, idType: string): IdentifierConfig {
  const config = schema.identifierTypes.get(idType)
  if (config !== undefined) return config
  const known = [...schema.identifierTypes.keys()].join(', ')
  throw badRequest(`idType "${idType}" is not an identifier type of this store: use one of ${known}`)
}

/** Schemas of the stores in use, each as of its last known version. */
export type SchemaCache = Map<string, StoreSchema>

const MAX_CACHED_SCHEMAS = 1000

/** What schemas are read and kept with. */
export interface SchemaReader {
  readonly schemas: SchemaCache
  readonly metrics: { readonly caches: Pick<Metrics['caches'], 'schema'> }
}

/** The schema of a store at the scope's version, from the cache or from `executor`. */
export async function loadSchema(
  ctx: SchemaReader,
  executor: Executor,
  scope: StoreScope,
  version: number = scope.schemaVersion,
): Promise<StoreSchema> {
  const cached = ctx.schemas.get(scope.storeId)
  const use = ctx.metrics.caches.schema
  if (cached?.version === version) {
    use.hits += 1
    return cached
  }
  use.misses += 1
  const schema = await readSchema(executor, scope, version)
  if (ctx.schemas.size >= MAX_CACHED_SCHEMAS) ctx.schemas.clear()
  ctx.schemas.set(scope.storeId, schema)
  return schema
}

async function readSchema(executor: Executor, scope: StoreScope, version: number): Promise<StoreSchema> {
  const groups = await selectTraitGroups(executor, scope)
  const { settings } = (await findIdentitySettings(executor, scope)) ?? { settings: DEFAULT_IDENTITY_SETTINGS }
  return {
    version,
    traits: new Map(groups.map((group) => [group.name, compileTraits(group.traits)])),
    identifierTypes: new Map(settings.identifierConfigs.map((config) => [config.idType, config])),
    matchingRules: settings.matchingRules,
  }
}

function compileTraits(definitions: Record<string, TraitDefinition>): Map<string, TraitRule> {
  return new Map(
    Object.entries(definitions).map(([name, { dataType, idTypePromotion, validationRule }]) => [
      name,
      {
        dataType: dataType as DataType,
        idType: idTypePromotion,
        findViolation: compileRule(validationRule),
      },
    ]),
  )
}

/**
 * Compiles a regular expression of a validation rule with an engine that takes linear time, whatever the pattern.
 *
 * @throws Error for a pattern that repeats too much, RE2JSException for one that is malformed or uses what RE2 does not have (back references, look-around)
 */
export function compilePattern(pattern: string): PatternTest {
  const repetitions = [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, from, to]) => Number(to || from))
  if (repetitions.reduce((sum, count) => sum + count, 0) > MAX_REPETITIONS) {
    throw new Error(`its counted repetitions add up to more than ${MAX_REPETITIONS}`)
  }
  const compiled = RE2JS.compile(pattern)
  const maxLength = Math.floor(MAX_STEPS / Math.max(compiled.programSize(), MIN_STEPS_A_CHARACTER))
  return Object.assign((text: string) => compiled.matcher(text).find(), { maxLength })
}

/** A compiled pattern. */
export interface PatternTest {
  (text: string): boolean
  /** Longer texts must not be given: even linear time would be too long for a request. */
  readonly maxLength: number
}

/** Beyond it, compiling alone takes most of a second. */
const MAX_REPETITIONS = 1000
/** Linear time is a step for each character and state of the pattern, some 25 to 250 ns each: at most half a second. */
const MAX_STEPS = 5_000_000
const MIN_STEPS_A_CHARACTER = 32

function compileRule(rule: ValidationRule | undefined): (value: TraitValue) => string | undefined {
  switch (rule?.ruleType) {
    case 'STRING': {
      const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = rule
      const compiled = pattern === undefined ? undefined : compilePattern(pattern)
      return (value) => {
        if (typeof value !== 'string') return undefined
        const length = [...value].length
        if (length < minLength) return `must have at least ${minLength} characters`
        if (length > maxLength) return `must not have more than ${maxLength} characters`
        if (compiled === undefined) return undefined
        if (value.length > compiled.maxLength)
          return `must not have more than ${compiled.maxLength} characters to be matched`
        return compiled(value) ? undefined : `must match the pattern ${pattern}`
      }
    }
    case 'NUMBER': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = rule
      return (value) => {
        if (typeof value !== 'number') return undefined
        if (value < min) return `must be at least ${min}`
        return value > max ? `must be at most ${max}` : undefined
      }
    }
    case 'ARRAY': {
      const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = rule
      return (value) => {
        if (!Array.isArray(value)) return undefined
        if (value.length < minItems) return `must have at least ${minItems} items`
        return value.length > maxItems ? `must not have more than ${maxItems} items` : undefined
      }
    }
    default:
      return () => undefined
  }
}
