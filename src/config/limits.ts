import type { SettingsReader } from './settings-reader.js'

/** How much of everything there may be. */
export function readLimits(settings: SettingsReader) {
  return {
    storesPerAccount: settings.integer('RECOLLECT_MAX_STORES', 15, 1, 100_000, 'Stores an account may have.'),
    traitGroupsPerStore: settings.integer('RECOLLECT_MAX_TRAIT_GROUPS', 50, 1, 10_000, 'Trait groups of a store.'),
    traitsPerGroup: settings.integer('RECOLLECT_MAX_TRAITS_PER_GROUP', 95, 1, 95, 'Traits of a trait group.'),
    identifierTypes: settings.integer('RECOLLECT_MAX_IDENTIFIER_TYPES', 15, 4, 15, 'Identifier types of a store.'),
    joinedProfiles: settings.integer(
      'RECOLLECT_MAX_JOINED_PROFILES',
      10,
      2,
      1_000_000,
      'Profiles that one identifier value may make one of; beyond it the value is a hub and merges no more.',
    ),
    importRows: settings.integer('RECOLLECT_IMPORT_MAX_ROWS', 1_000_000, 1, 100_000_000, 'Rows of one import.'),
    importFailedRows: settings.integer(
      'RECOLLECT_IMPORT_MAX_FAILED_ROWS',
      100,
      0,
      100_000_000,
      'Failed rows up to which an import still ends COMPLETED.',
    ),
  }
}
