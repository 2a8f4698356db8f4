import { listAudit } from './audit.js'
import * as communications from './communication.js'
import * as dataMappings from './data-mapping.js'
import * as identifiers from './identifier.js'
import * as identity from './identity.js'
import * as imports from './import.js'
import * as jobs from './job.js'
import * as observations from './observation.js'
import { fetchOperation, type Operation } from './operation.js'
import * as profiles from './profile.js'
import { explainRecall, explainRecallOfQuery, recall } from './recall.js'
import * as retention from './retention.js'
import * as stores from './store.js'
import * as summaries from './summary.js'
import * as traitGroups from './trait-group.js'

/** Every operation of the wire, in the order of the documentation. */
export const OPERATIONS: readonly Operation[] = [
  stores.listStores,
  stores.createStore,
  stores.fetchStore,
  stores.patchStore,
  stores.deleteStore,
  identity.fetchIdentitySettings,
  identity.replaceIdentitySettings,
  traitGroups.listTraitGroups,
  traitGroups.createTraitGroup,
  traitGroups.fetchTraitGroup,
  traitGroups.patchTraitGroup,
  traitGroups.deleteTraitGroup,
  dataMappings.listDataMappings,
  dataMappings.createDataMapping,
  dataMappings.fetchDataMapping,
  dataMappings.patchDataMapping,
  dataMappings.deleteDataMapping,
  fetchOperation,
  profiles.listProfiles,
  profiles.createProfile,
  profiles.fetchProfile,
  profiles.patchProfile,
  profiles.deleteProfile,
  profiles.listProfileTraits,
  profiles.lookupProfiles,
  profiles.upsertProfilesInBulk,
  identifiers.listIdentifiers,
  identifiers.createIdentifier,
  identifiers.fetchIdentifier,
  identifiers.patchIdentifier,
  identifiers.deleteIdentifier,
  identifiers.listMerges,
  identifiers.listHubs,
  observations.listObservations,
  observations.createObservations,
  observations.fetchObservation,
  observations.patchObservation,
  observations.deleteObservation,
  observations.listRevisions,
  summaries.listSummaries,
  summaries.createSummaries,
  summaries.fetchSummary,
  summaries.patchSummary,
  summaries.deleteSummary,
  recall,
  explainRecallOfQuery,
  explainRecall,
  communications.putCommunications,
  communications.listCommunications,
  listAudit,
  retention.fetchRetention,
  retention.replaceRetention,
  imports.listImports,
  imports.createImport,
  imports.fetchImport,
  imports.fetchImportProgress,
  imports.listImportErrors,
  imports.previewImport,
  imports.cancelImport,
  imports.uploadImportFile,
  stores.fetchStoreCounts,
  jobs.listJobs,
  jobs.retryJob,
]
