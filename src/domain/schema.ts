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
import { compilePattern } from './pattern.js'

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
    traits: new Map(
      await Promise.all(groups.map(async ({ name, traits }) => [name, await compileTraits(traits)] as const)),
    ),
    identifierTypes: new Map(settings.identifierConfigs.map((config) => [config.idType, config])),
    matchingRules: settings.matchingRules,
  }
}

async function compileTraits(definitions: Record<string, TraitDefinition>): Promise<Map<string, TraitRule>> {
  const rules = Object.entries(definitions).map(
    async ([name, { dataType, idTypePromotion, validationRule }]) =>
      [
        name,
        {
          dataType: dataType as DataType,
          idType: idTypePromotion,
          findViolation: await compileRule(validationRule),
        },
      ] as const,
  )
  return new Map(await Promise.all(rules))
}

async function compileRule(rule: ValidationRule | undefined): Promise<(value: TraitValue) => string | undefined> {
  switch (rule?.ruleType) {
    case 'STRING': {
      const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = rule
      const compiled = pattern === undefined ? undefined : await compilePattern(pattern)
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
