import * as imports from './import.js'
import { fetchOperation, type Operation } from './operation.js'
import * as profiles from './profile.js'
import * as stores from './store.js'
import * as traitGroups from './trait-group.js'

/** Every operation of the wire, in the order of the documentation. */
export const OPERATIONS: readonly Operation[] = [
  stores.listStores,
  stores.createStore,
  stores.fetchStore,
  traitGroups.listTraitGroups,
  traitGroups.createTraitGroup,
  fetchOperation,
  profiles.listProfiles,
  profiles.createProfile,
  profiles.fetchProfile,
  profiles.patchProfile,
  profiles.deleteProfile,
  profiles.listProfileTraits,
  profiles.lookupProfiles,
  profiles.upsertProfilesInBulk,
  imports.listImports,
  imports.createImport,
  imports.fetchImport,
  imports.fetchImportProgress,
  imports.listImportErrors,
  imports.uploadImportFile,
]
