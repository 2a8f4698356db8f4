import type { Memory } from '../support/sdk.js'
import type { Call } from './exercises/exercise.js'

/** Path parameters by name. */
type Params = Readonly<Record<string, string>>

interface Input {
  readonly params: Params
  // biome-ignore lint/suspicious/noExplicitAny: the exercises are made for the wire, not for the types of the SDK.
  readonly query: any
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly body: any
}

type SdkCall = (memory: Memory, input: Input) => Promise<unknown>

const profileOf = (memory: Memory, { storeId = '', profileId = '' }: Params) => memory.profiles(storeId, profileId)
const identifierOf = (memory: Memory, { storeId = '', profileId = '', idType = '' }: Params) =>
  memory.identifiers(storeId, profileId, idType)
const observationOf = (memory: Memory, { storeId = '', profileId = '', observationId = '' }: Params) =>
  memory.observations(storeId, profileId, observationId)
const summaryOf = (memory: Memory, { storeId = '', profileId = '', summaryId = '' }: Params) =>
  memory.conversationSummaries(storeId, profileId, summaryId)
const groupOf = (memory: Memory, { storeId = '', traitGroupName = '' }: Params) =>
  memory.traitGroups(storeId, traitGroupName)
const mappingOf = (memory: Memory, { storeId = '', dataMappingId = '' }: Params) =>
  memory.dataMappings(storeId, dataMappingId)

const SDK_CALLS: Readonly<Record<string, SdkCall>> = {
  ListStores: (memory, { query }) => memory.stores.page(query),
  CreateStore: (memory, { body }) => memory.stores.create(body),
  FetchStore: (memory, { params: { storeId = '' } }) => memory.stores(storeId).fetch(),
  PatchStore: (memory, { params: { storeId = '' }, body }) => memory.stores(storeId).patch(body),
  DeleteStore: (memory, { params: { storeId = '' } }) => memory.stores(storeId).remove(),
  FetchIdentityResolutionSettings: (memory, { params: { storeId = '' } }) =>
    memory.identityResolutionSettings(storeId).fetch(),
  UpdateIdentityResolutionSettings: (memory, { params: { storeId = '' }, body }) =>
    memory.identityResolutionSettings(storeId).update(body),
  ListTraitGroups: (memory, { params: { storeId = '' }, query }) => memory.traitGroups(storeId).page(query),
  CreateTraitGroup: (memory, { params: { storeId = '' }, body }) => memory.traitGroups(storeId).create(body),
  FetchTraitGroup: (memory, { params, query }) => groupOf(memory, params).fetch(query),
  PatchTraitGroup: (memory, { params, body }) => groupOf(memory, params).patch(body),
  DeleteTraitGroup: (memory, { params }) => groupOf(memory, params).remove(),
  ListDataMappings: (memory, { params: { storeId = '' }, query }) => memory.dataMappings(storeId).page(query),
  CreateDataMapping: (memory, { params: { storeId = '' }, body }) => memory.dataMappings(storeId).create(body),
  FetchDataMapping: (memory, { params }) => mappingOf(memory, params).fetch(),
  PatchDataMapping: (memory, { params, body }) => mappingOf(memory, params).patch(body),
  DeleteDataMapping: (memory, { params }) => mappingOf(memory, params).remove(),
  FetchOperation: (memory, { params: { operationId = '' } }) => memory.operations(operationId).fetch(),
  ListProfiles: (memory, { params: { storeId = '' }, query }) => memory.profiles(storeId).page(query),
  CreateProfile: (memory, { params: { storeId = '' }, body }) => memory.profiles(storeId).create(body),
  FetchProfile: (memory, { params, query }) => profileOf(memory, params).fetch(query),
  PatchProfileTraits: (memory, { params, body }) => profileOf(memory, params).patch(body),
  DeleteProfile: (memory, { params }) => profileOf(memory, params).remove(),
  ListProfileTraits: (memory, { params: { storeId = '', profileId = '' }, query }) =>
    memory.traits(storeId, profileId).page(query),
  CreateProfilesLookup: (memory, { params: { storeId = '' }, body }) => memory.lookup(storeId).create(body),
  UpdateProfilesBulk: (memory, { params: { storeId = '' }, body }) => memory.bulk(storeId).update(body),
  ListProfileIdentifiers: (memory, { params: { storeId = '', profileId = '' } }) =>
    memory.identifiers(storeId, profileId).list(),
  CreateProfileIdentifier: (memory, { params: { storeId = '', profileId = '' }, body }) =>
    memory.identifiers(storeId, profileId).create(body),
  FetchProfileIdentifier: (memory, { params }) => identifierOf(memory, params).fetch(),
  PatchProfileIdentifier: (memory, { params, body }) => identifierOf(memory, params).patch(body),
  DeleteProfileIdentifier: (memory, { params, query }) => identifierOf(memory, params).remove(query),
  ListProfileImportsV2: (memory, { params: { storeId = '' }, query }) => memory.imports(storeId).page(query),
  CreateProfilesImportV2: (memory, { params: { storeId = '' }, body }) => memory.imports(storeId).create(body),
  FetchProfileImportV2: (memory, { params: { storeId = '', importId = '' } }) =>
    memory.imports(storeId, importId).fetch(),
  ListProfileObservations: (memory, { params: { storeId = '', profileId = '' }, query }) =>
    memory.observations(storeId, profileId).page({
      ...query,
      createdAfter: new Date(query.createdAfter),
      createdBefore: new Date(query.createdBefore),
    }),
  CreateProfileObservation: (memory, { params: { storeId = '', profileId = '' }, body }) =>
    memory.observations(storeId, profileId).create(body),
  FetchProfileObservation: (memory, { params }) => observationOf(memory, params).fetch(),
  PatchProfileObservation: (memory, { params, body }) => observationOf(memory, params).patch(body),
  DeleteProfileObservation: (memory, { params }) => observationOf(memory, params).remove(),
  ListObservationRevisions: (memory, { params: { storeId = '', profileId = '', observationId = '' }, query }) =>
    memory.revisions(storeId, profileId, observationId).page(query),
  ListProfileConversationSummaries: (memory, { params: { storeId = '', profileId = '' }, query }) =>
    memory.conversationSummaries(storeId, profileId).page(query),
  CreateProfileConversationSummary: (memory, { params: { storeId = '', profileId = '' }, body }) =>
    memory.conversationSummaries(storeId, profileId).create(body),
  FetchProfileConversationSummary: (memory, { params }) => summaryOf(memory, params).fetch(),
  PatchProfileConversationSummary: (memory, { params, body }) => summaryOf(memory, params).patch(body),
  DeleteProfileConversationSummary: (memory, { params }) => summaryOf(memory, params).remove(),
  CreateFetchProfileMemory: (memory, { params: { storeId = '', profileId = '' }, body }) =>
    memory.recall(storeId, profileId).create(body),
}

/**
 * Makes the call of an exercise with the SDK.
 *
 * @throws Error for an operation without a row
 */
export function callWithSdk(
  memory: Memory,
  operationId: string,
  { params = {}, query = {}, body }: Call,
): Promise<unknown> {
  const call = SDK_CALLS[operationId]
  if (call === undefined) throw new Error(`test/conformance/sdk-calls.ts has no row for ${operationId}`)
  return call(memory, { params, query: { ...query }, body })
}
