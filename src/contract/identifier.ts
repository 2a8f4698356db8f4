import Type, { type Static } from 'typebox'
import {
  ListMeta,
  Message,
  OrderBy,
  PageSize,
  PageToken,
  ProfileId,
  ProfileParams,
  StoreId,
  StoreParams,
  Timestamp,
} from './common.js'
import { DATA_PLANE_REFUSALS, defineOperation } from './operation.js'
import { Identifier } from './profile.js'

const idType = Type.String({ minLength: 2, maxLength: 30, description: 'An identifier type of the store' })
const value = Type.String({ maxLength: 255, description: 'A value' })

export const IdentifierSet = Type.Object(
  { idType, values: Type.Array(value, { maxItems: 100, description: 'Normalised values, oldest first' }) },
  { additionalProperties: false },
)
export type IdentifierSet = Static<typeof IdentifierSet>

export const IdentifierUpdate = Type.Object(
  { idType, oldValue: value, newValue: value },
  { additionalProperties: false },
)
export type IdentifierUpdate = Static<typeof IdentifierUpdate>

const URL = '/v1/Stores/:storeId/Profiles/:profileId/Identifiers'
const ONE_URL = `${URL}/:idType`
const IdentifierParams = Type.Object({ storeId: StoreId, profileId: ProfileId, idType })

export const listIdentifiers = defineOperation({
  method: 'GET',
  url: URL,
  operationId: 'ListProfileIdentifiers',
  scope: 'read',
  summary: 'Identifiers of a profile by type',
  tag: 'Identifiers',
  params: ProfileParams,
  answers: {
    200: {
      description: 'The identifiers',
      schema: Type.Object({ identifiers: Type.Array(IdentifierSet, { maxItems: 50 }) }),
    },
  },
  moved: 301,
  refusals: DATA_PLANE_REFUSALS,
})

export const createIdentifier = defineOperation({
  method: 'POST',
  url: URL,
  operationId: 'CreateProfileIdentifier',
  scope: 'write',
  summary: 'Add an identifier to a profile; may merge profiles',
  tag: 'Identifiers',
  params: ProfileParams,
  body: Identifier,
  answers: { 202: { description: 'The identifier is stored', schema: Message } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const fetchIdentifier = defineOperation({
  method: 'GET',
  url: ONE_URL,
  operationId: 'FetchProfileIdentifier',
  scope: 'read',
  summary: 'Values of one identifier type',
  tag: 'Identifiers',
  params: IdentifierParams,
  answers: { 200: { description: 'The values', schema: IdentifierSet } },
  moved: 301,
  refusals: DATA_PLANE_REFUSALS,
})

export const patchIdentifier = defineOperation({
  method: 'PATCH',
  url: ONE_URL,
  operationId: 'PatchProfileIdentifier',
  scope: 'write',
  summary: 'Replace one value; may merge profiles',
  tag: 'Identifiers',
  params: IdentifierParams,
  body: IdentifierUpdate,
  answers: { 202: { description: 'The value is replaced', schema: Message } },
  moved: 308,
  refusals: [...DATA_PLANE_REFUSALS, 409],
})

export const deleteIdentifier = defineOperation({
  method: 'DELETE',
  url: ONE_URL,
  operationId: 'DeleteProfileIdentifier',
  scope: 'write',
  summary: 'Remove one value by the type’s policy, or all',
  tag: 'Identifiers',
  params: IdentifierParams,
  query: Type.Object({
    removeAll: Type.Optional(Type.Boolean({ default: false, description: 'Whether to remove every value' })),
  }),
  answers: { 202: { description: 'The value is removed', schema: Message } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const Merge = Type.Object({
  profileId: Type.String({ description: 'The profile that was merged' }),
  survivorId: Type.String({ description: 'The profile it was merged into at the time' }),
  rule: Type.String({ description: 'The identifier type that joined them, or several joined by +' }),
  mergedAt: Timestamp,
  createdAt: Timestamp,
  requestId: Type.String({ description: 'The request that caused it' }),
  credential: Type.String({ description: 'SID of the account or API key of that request' }),
})
export type Merge = Static<typeof Merge>

export const listMerges = defineOperation({
  method: 'GET',
  url: '/recollect/v1/Stores/:storeId/Profiles/:profileId/Merges',
  operationId: 'ListProfileMerges',
  scope: 'read',
  summary: 'Who was merged into a profile, when and why',
  tag: 'Recollect',
  params: ProfileParams,
  query: Type.Object({ pageSize: PageSize(1000), pageToken: PageToken, orderBy: OrderBy }),
  answers: {
    200: { description: 'A page of merges', schema: Type.Object({ merges: Type.Array(Merge), meta: ListMeta }) },
  },
  moved: 301,
  refusals: DATA_PLANE_REFUSALS,
})

export const Hub = Type.Object({
  idType,
  value,
  profiles: Type.Array(ProfileId, { description: 'Profiles that own the value, at most 100' }),
})
export type Hub = Static<typeof Hub>

export const listHubs = defineOperation({
  method: 'GET',
  url: '/recollect/v1/Stores/:storeId/Hubs',
  operationId: 'ListHubs',
  scope: 'read',
  summary: 'Identifier values that joined so many profiles that they join no more',
  tag: 'Recollect',
  params: StoreParams,
  query: Type.Object({ pageSize: PageSize(1000), pageToken: PageToken, orderBy: OrderBy }),
  answers: { 200: { description: 'A page of hubs', schema: Type.Object({ hubs: Type.Array(Hub), meta: ListMeta }) } },
  refusals: DATA_PLANE_REFUSALS,
})
