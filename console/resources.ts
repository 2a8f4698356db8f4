import type { DataMapping, DataMappingInput, DataMappingPatch } from '../src/contract/data-mapping.js'
import type { IdentifierSet, IdentifierUpdate, Merge } from '../src/contract/identifier.js'
import type { IdentitySettingsAnswer, IdentitySettingsInput } from '../src/contract/identity.js'
import type { ImportInput, ImportPreviewInput, ImportProgress, PreviewRow } from '../src/contract/import.js'
import type { Job } from '../src/contract/job.js'
import type { Observation, ObservationInput, ObservationPatch } from '../src/contract/observation.js'
import type { Accepted, OperationStatus } from '../src/contract/operation.js'
import type { Identifier, Trait, TraitPatch, Traits } from '../src/contract/profile.js'
import type { RecallExplanation, RecallInput } from '../src/contract/recall.js'
import type { Store, StoreCounts, StoreInput, StorePatch } from '../src/contract/store.js'
import type { Summary, SummaryPatch } from '../src/contract/summary.js'
import type { TraitGroup, TraitGroupInput, TraitGroupPatch } from '../src/contract/trait-group.js'
import { type Meta, send, sendAll, sendRaw, sendTagged } from './api.js'

/** The operations the console calls, by their names in the contract. Ids are put into paths as they are: none needs escaping. */

export interface Profile {
  id: string
  createdAt: string
  traits: Traits
}

const CONTROL = '/v1/ControlPlane'
const control = (store: string) => `${CONTROL}/Stores/${store}`
const profiles = (store: string) => `/v1/Stores/${store}/Profiles`
const profile = (store: string, id: string) => `${profiles(store)}/${id}`
const imports = (store: string) => `${profiles(store)}/Imports`
const own = (path: string) => `/recollect${path}`
const named = encodeURIComponent

// Stores

export const listStores = (pageToken?: string) =>
  send<{ stores: string[]; meta: Meta }>(`${CONTROL}/Stores`, { query: { pageToken, pageSize: 20 } })
export const fetchStore = (id: string) => send<Store>(control(id))
export const fetchStoreCounts = (id: string) => send<StoreCounts>(`/recollect/v1/Stores/${id}/Counts`)
export const patchStore = (id: string, body: StorePatch) => send(control(id), { method: 'PATCH', body })
export const deleteStore = (id: string) => send(control(id), { method: 'DELETE' })

/** @returns id of the new store */
export async function createStore(body: StoreInput): Promise<string> {
  const { statusUrl } = await send<Accepted>(`${CONTROL}/Stores`, { method: 'POST', body })
  const { result } = await send<OperationStatus>(new URL(statusUrl).pathname)
  return result?.id ?? ''
}

export const listTraitGroups = (store: string) =>
  sendAll<'traitGroups', TraitGroup>(`${control(store)}/TraitGroups`, 'traitGroups', { includeTraits: true })
export const createTraitGroup = (store: string, body: TraitGroupInput) =>
  send(`${control(store)}/TraitGroups`, { method: 'POST', body })
export const patchTraitGroup = (store: string, name: string, body: TraitGroupPatch) =>
  send(`${control(store)}/TraitGroups/${named(name)}`, { method: 'PATCH', body })
export const deleteTraitGroup = (store: string, name: string) =>
  send(`${control(store)}/TraitGroups/${named(name)}`, { method: 'DELETE' })

const identity = (store: string) => `${control(store)}/IdentityResolutionSettings`
export const fetchIdentitySettings = (store: string) => sendTagged<IdentitySettingsAnswer>(identity(store))
export const replaceIdentitySettings = (store: string, body: IdentitySettingsInput, ifMatch: string | undefined) =>
  send(identity(store), { method: 'PUT', body, ifMatch })

export const listDataMappings = (store: string) =>
  sendAll<'dataMappings', DataMapping>(`${control(store)}/DataMappings`, 'dataMappings')
export const createDataMapping = (store: string, body: DataMappingInput) =>
  send(`${control(store)}/DataMappings`, { method: 'POST', body })
export const patchDataMapping = (store: string, id: string, body: DataMappingPatch) =>
  send(`${control(store)}/DataMappings/${id}`, { method: 'PATCH', body })
export const deleteDataMapping = (store: string, id: string) =>
  send(`${control(store)}/DataMappings/${id}`, { method: 'DELETE' })

// People

export const listProfiles = (store: string, pageToken?: string) =>
  send<{ profiles: string[]; meta: Meta }>(profiles(store), { query: { pageSize: 20, pageToken } })
export const fetchProfile = (store: string, id: string) => send<Profile>(profile(store, id))
export const createProfile = (store: string, traits: TraitPatch) =>
  send<{ id: string }>(profiles(store), { method: 'POST', body: { traits } })
export const patchProfile = (store: string, id: string, traits: TraitPatch) =>
  send(profile(store, id), { method: 'PATCH', body: { traits } })
export const deleteProfile = (store: string, id: string) => send(profile(store, id), { method: 'DELETE' })
export const lookupProfiles = (store: string, body: Identifier) =>
  send<{ normalizedValue: string; profiles: string[] }>(`${profiles(store)}/Lookup`, { method: 'POST', body })
export const listProfileTraits = (store: string, id: string) =>
  sendAll<'traits', Trait>(`${profile(store, id)}/Traits`, 'traits', { pageSize: 100 })
export const listMerges = (store: string, id: string) =>
  sendAll<'merges', Merge>(own(`${profile(store, id)}/Merges`), 'merges', { pageSize: 100 })

const identifiers = (store: string, id: string) => `${profile(store, id)}/Identifiers`
export const listIdentifiers = (store: string, id: string) =>
  send<{ identifiers: IdentifierSet[] }>(identifiers(store, id))
export const createIdentifier = (store: string, id: string, body: Identifier) =>
  send(identifiers(store, id), { method: 'POST', body })
export const patchIdentifier = (store: string, id: string, body: IdentifierUpdate) =>
  send(`${identifiers(store, id)}/${named(body.idType)}`, { method: 'PATCH', body })
export const deleteIdentifiers = (store: string, id: string, idType: string) =>
  send(`${identifiers(store, id)}/${named(idType)}`, { method: 'DELETE', query: { removeAll: true } })

// Memories

const observations = (store: string, id: string) => `${profile(store, id)}/Observations`
const summaries = (store: string, id: string) => `${profile(store, id)}/ConversationSummaries`
export const listObservations = (store: string, id: string, pageToken?: string) =>
  send<{ observations: Observation[]; meta: Meta }>(observations(store, id), { query: { pageToken } })
export const createObservation = (store: string, id: string, observation: ObservationInput) =>
  send(observations(store, id), { method: 'POST', body: { observations: [observation] } })
export const patchObservation = (store: string, id: string, observation: string, body: ObservationPatch) =>
  send(`${observations(store, id)}/${observation}`, { method: 'PATCH', body })
export const deleteObservation = (store: string, id: string, observation: string) =>
  send(`${observations(store, id)}/${observation}`, { method: 'DELETE' })
export const listRevisions = (store: string, id: string, observation: string) =>
  sendAll<'revisions', Observation>(`${observations(store, id)}/${observation}/Revisions`, 'revisions')
export const listSummaries = (store: string, id: string, pageToken?: string) =>
  send<{ summaries: Summary[]; meta: Meta }>(summaries(store, id), { query: { pageToken } })
export const patchSummary = (store: string, id: string, summary: string, body: SummaryPatch) =>
  send(`${summaries(store, id)}/${summary}`, { method: 'PATCH', body })
export const deleteSummary = (store: string, id: string, summary: string) =>
  send(`${summaries(store, id)}/${summary}`, { method: 'DELETE' })
export const explainRecall = (store: string, id: string, body: RecallInput) =>
  send<RecallExplanation>(own(`${profile(store, id)}/Recall/Explain`), { method: 'POST', body })

// Imports

export const listImports = (store: string, pageToken?: string) =>
  send<{ imports: string[]; meta: Meta }>(imports(store), { query: { pageSize: 20, pageToken } })
export const createImport = (store: string, body: ImportInput) =>
  send<{ importId: string; url: string }>(imports(store), { method: 'POST', body })
export const fetchImport = (store: string, id: string) => send<ImportProgress>(own(`${imports(store)}/${id}`))
export const previewImport = (store: string, body: ImportPreviewInput) =>
  send<{ rows: PreviewRow[] }>(own(`${imports(store)}/Preview`), { method: 'POST', body })
export const cancelImport = (store: string, id: string) =>
  send(own(`${imports(store)}/${id}/Cancel`), { method: 'POST' })
export const fetchImportErrors = async (store: string, id: string) =>
  (await sendRaw(own(`${imports(store)}/${id}/Errors`))).text()

// The server

export const listJobs = () => send<{ jobs: Job[]; meta: Meta }>('/recollect/v1/Jobs')
export const retryJob = (id: string) => send(`/recollect/v1/Jobs/${id}/Retry`, { method: 'POST' })
export const fetchMetrics = async () => (await sendRaw('/metrics')).text()
