import Type, { type Static } from 'typebox'
import {
  ListMeta,
  MapOf,
  Message,
  OrderBy,
  PageSize,
  PageToken,
  PROFILE_PAGE,
  ProfileId,
  ProfileParams,
  StoreParams,
  Timestamp,
  TraitGroupsFilter,
} from './common.js'
import { CANONICAL_ID_HEADER, DATA_PLANE_REFUSALS, defineOperation } from './operation.js'

export type TraitScalar = string | number | boolean
export type TraitValue = TraitScalar | TraitScalar[]
/** Trait values by trait group and trait name. `null` removes a trait. */
export type TraitPatch = Record<string, Record<string, unknown>>
export type Traits = Record<string, Record<string, TraitValue>>

const traits = MapOf(MapOf(Type.Unknown(), { maxProperties: 99 }), {
  maxProperties: 50,
  description: 'Values by trait group and trait name; null removes a trait',
})

export const ProfileInput = Type.Object({ traits: Type.Optional(traits) }, { additionalProperties: false })
export type ProfileInput = Static<typeof ProfileInput>

export const Profile = Type.Object(
  { id: ProfileId, createdAt: Timestamp, traits },
  { additionalProperties: false, description: 'A profile with its traits' },
)

export const Identifier = Type.Object(
  {
    idType: Type.String({ minLength: 2, maxLength: 30, description: 'An identifier type of the store' }),
    value: Type.String({ maxLength: 255, description: 'The value in any notation' }),
  },
  { additionalProperties: false },
)
export type Identifier = Static<typeof Identifier>

const TRAITS_PAGE_MAX_ITEMS = 100

export const Trait = Type.Object(
  {
    name: Type.String({ maxLength: 64 }),
    value: Type.Unknown(),
    traitGroup: Type.String({ maxLength: 64 }),
    timestamp: Timestamp,
  },
  { additionalProperties: false },
)
export type Trait = Static<typeof Trait>

export const listProfiles = defineOperation({
  method: 'GET',
  url: '/v1/Stores/:storeId/Profiles',
  operationId: 'ListProfiles',
  scope: 'read',
  summary: 'Ids of the store’s profiles, newest first',
  tag: 'Profile',
  params: StoreParams,
  query: Type.Object({ pageSize: PageSize(PROFILE_PAGE.maxSize), pageToken: PageToken, orderBy: OrderBy }),
  answers: {
    200: {
      description: 'A page of profile ids',
      schema: Type.Object(
        { profiles: Type.Array(ProfileId, { maxItems: PROFILE_PAGE.maxSize }), meta: ListMeta },
        { additionalProperties: false },
      ),
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})

export const createProfile = defineOperation({
  method: 'POST',
  url: '/v1/Stores/:storeId/Profiles',
  operationId: 'CreateProfile',
  scope: 'write',
  summary: 'Resolve identity and create or update a profile',
  tag: 'Profile',
  params: StoreParams,
  body: ProfileInput,
  answers: {
    202: {
      description: 'The profile is resolved and stored',
      schema: Type.Object({ id: ProfileId, message: Type.String({ maxLength: 255 }) }, { additionalProperties: false }),
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})

export const fetchProfile = defineOperation({
  method: 'GET',
  url: '/v1/Stores/:storeId/Profiles/:profileId',
  operationId: 'FetchProfile',
  scope: 'read',
  summary: 'One profile',
  tag: 'Profile',
  params: ProfileParams,
  query: Type.Object({ traitGroups: TraitGroupsFilter }),
  answers: { 200: { description: 'The profile', schema: Profile, headers: CANONICAL_ID_HEADER } },
  moved: 301,
  refusals: DATA_PLANE_REFUSALS,
})

export const patchProfile = defineOperation({
  method: 'PATCH',
  url: '/v1/Stores/:storeId/Profiles/:profileId',
  operationId: 'PatchProfileTraits',
  scope: 'write',
  summary: 'Add, change or remove traits',
  tag: 'Profile',
  params: ProfileParams,
  body: ProfileInput,
  answers: { 202: { description: 'The traits are stored', schema: Message } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const deleteProfile = defineOperation({
  method: 'DELETE',
  url: '/v1/Stores/:storeId/Profiles/:profileId',
  operationId: 'DeleteProfile',
  scope: 'write',
  summary: 'Erase a profile for good',
  tag: 'Profile',
  params: ProfileParams,
  answers: {
    202: { description: 'The profile is erased', schema: Type.Object({ message: Type.String({ maxLength: 512 }) }) },
  },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const listProfileTraits = defineOperation({
  method: 'GET',
  url: '/v1/Stores/:storeId/Profiles/:profileId/Traits',
  operationId: 'ListProfileTraits',
  scope: 'read',
  summary: 'Traits of a profile with their times, newest first',
  tag: 'Traits',
  params: ProfileParams,
  query: Type.Object({
    pageSize: PageSize(PROFILE_PAGE.maxSize),
    pageToken: PageToken,
    orderBy: OrderBy,
    traitGroups: TraitGroupsFilter,
  }),
  answers: {
    200: {
      description: 'A page of traits',
      schema: Type.Object(
        { traits: Type.Array(Trait, { maxItems: TRAITS_PAGE_MAX_ITEMS }), meta: ListMeta },
        { additionalProperties: false },
      ),
      headers: CANONICAL_ID_HEADER,
    },
  },
  moved: 301,
  refusals: DATA_PLANE_REFUSALS,
})

export const lookupProfiles = defineOperation({
  method: 'POST',
  url: '/v1/Stores/:storeId/Profiles/Lookup',
  operationId: 'CreateProfilesLookup',
  scope: 'read',
  summary: 'Profiles that own an identifier',
  tag: 'Retrieval',
  params: StoreParams,
  body: Identifier,
  answers: {
    200: {
      description: 'The profiles found',
      schema: Type.Object({
        normalizedValue: Type.String({ maxLength: 255 }),
        profiles: Type.Array(ProfileId, { maxItems: 100 }),
      }),
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})

export const upsertProfilesInBulk = defineOperation({
  method: 'PUT',
  url: '/v1/Stores/:storeId/Profiles/Bulk',
  operationId: 'UpdateProfilesBulk',
  scope: 'write',
  summary: 'Create or update up to 1000 profiles in one accepted batch',
  tag: 'Profile',
  params: StoreParams,
  body: Type.Object(
    { profiles: Type.Array(ProfileInput, { minItems: 1, maxItems: 1000 }) },
    { additionalProperties: false },
  ),
  answers: { 202: { description: 'The batch is accepted', schema: Message } },
  refusals: DATA_PLANE_REFUSALS,
})
