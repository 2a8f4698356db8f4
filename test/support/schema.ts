import type { IdentifierConfig } from '../../src/contract/identity.js'
import type { DataType } from '../../src/contract/trait-group.js'
import { DEFAULT_IDENTITY_SETTINGS } from '../../src/domain/identity/default-settings.js'
import type { StoreSchema, TraitRule } from '../../src/domain/schema.js'

/** A trait without a validation rule. */
export function traitRule(dataType: DataType, idType?: string): TraitRule {
  return { dataType, idType, findViolation: () => undefined }
}

/** A store's schema with the default identifier types and these traits. */
export function storeSchema(groups: Record<string, Record<string, TraitRule>>): StoreSchema {
  return {
    version: 1,
    traits: new Map(Object.entries(groups).map(([name, traits]) => [name, new Map(Object.entries(traits))])),
    identifierTypes: new Map(
      DEFAULT_IDENTITY_SETTINGS.identifierConfigs.map((config): [string, IdentifierConfig] => [config.idType, config]),
    ),
    matchingRules: DEFAULT_IDENTITY_SETTINGS.matchingRules,
  }
}
