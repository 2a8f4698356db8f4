import Type, { type Static } from 'typebox'
import {
  Message,
  OrderBy,
  PageSize,
  PageToken,
  PROFILE_PAGE,
  ProfileId,
  ProfileParams,
  StoreId,
  Timestamp,
} from './common.js'
import { ID_PATTERNS } from './ids.js'
import {
  AcceptEncoding,
  CONTENT_ENCODING_HEADER,
  Content,
  ConversationId,
  Encodings,
  MEMORY_PAGE_MAX_ITEMS,
  MemoryListMeta,
  OccurredAt,
  Source,
} from './memory.js'
import { CANONICAL_ID_HEADER, DATA_PLANE_REFUSALS, defineOperation } from './operation.js'

const ConversationIds = Type.Optional(
  Type.Array(ConversationId, { maxItems: 10, description: 'Conversations it comes from' }),
)
const ObservationId = Type.String({ pattern: ID_PATTERNS.observation, description: 'Id of an observation' })

export const ObservationInput = Type.Object({
  content: Content,
  occurredAt: OccurredAt,
  source: Source,
  conversationIds: ConversationIds,
})
export type ObservationInput = Static<typeof ObservationInput>

export const ObservationPatch = Type.Object({
  content: Type.Optional(Content),
  occurredAt: Type.Optional(OccurredAt),
  source: Type.Optional(Source),
  conversationIds: ConversationIds,
})
export type ObservationPatch = Static<typeof ObservationPatch>

export const Observation = Type.Object({
  content: Type.Optional(Content),
  occurredAt: Type.Optional(OccurredAt),
  source: Type.Optional(Source),
  conversationIds: ConversationIds,
  id: ObservationId,
  createdAt: Timestamp,
  updatedAt: Timestamp,
})
/** An observation in answers: every field is there, conversationIds only when there are some. */
export interface Observation {
  id: string
  content: string
  source: string
  occurredAt: string
  conversationIds?: string[]
  createdAt: string
  updatedAt: string
}

const URL = '/v1/Stores/:storeId/Profiles/:profileId/Observations'
const ONE_URL = `${URL}/:observationId`
const ObservationParams = Type.Object({ storeId: StoreId, profileId: ProfileId, observationId: ObservationId })
const READ_HEADERS = { ...CONTENT_ENCODING_HEADER, ...CANONICAL_ID_HEADER }

export const listObservations = defineOperation({
  method: 'GET',
  url: URL,
  operationId: 'ListProfileObservations',
  scope: 'read',
  summary: 'Observations of a profile, newest first',
  tag: 'Observations',
  params: ProfileParams,
  query: Type.Object({
    pageSize: PageSize(PROFILE_PAGE.maxSize),
    pageToken: PageToken,
    orderBy: OrderBy,
    source: Type.Optional(Source),
    createdAfter: Type.Optional(Type.String({ format: 'date-time', description: 'Created then or later' })),
    createdBefore: Type.Optional(Type.String({ format: 'date-time', description: 'Created earlier' })),
    conversationId: Type.Optional(ConversationId),
  }),
  headers: AcceptEncoding,
  answers: {
    200: {
      description: 'A page of observations',
      schema: Type.Object({
        observations: Type.Array(Observation, { maxItems: MEMORY_PAGE_MAX_ITEMS }),
        meta: MemoryListMeta,
      }),
      headers: READ_HEADERS,
    },
  },
  moved: 301,
  refusals: DATA_PLANE_REFUSALS,
})

export const createObservations = defineOperation({
  method: 'POST',
  url: URL,
  operationId: 'CreateProfileObservation',
  scope: 'write',
  summary: 'Add 1 to 10 observations, all or none',
  tag: 'Observations',
  params: ProfileParams,
  headers: Encodings,
  body: Type.Object(
    { observations: Type.Array(ObservationInput, { minItems: 1, maxItems: 10 }) },
    { additionalProperties: false },
  ),
  answers: { 202: { description: 'The observations are stored', schema: Message, headers: CONTENT_ENCODING_HEADER } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const fetchObservation = defineOperation({
  method: 'GET',
  url: ONE_URL,
  operationId: 'FetchProfileObservation',
  scope: 'read',
  summary: 'One observation',
  tag: 'Observations',
  params: ObservationParams,
  answers: { 200: { description: 'The observation', schema: Observation, headers: CANONICAL_ID_HEADER } },
  refusals: DATA_PLANE_REFUSALS,
})

export const patchObservation = defineOperation({
  method: 'PATCH',
  url: ONE_URL,
  operationId: 'PatchProfileObservation',
  scope: 'write',
  summary: 'Change an observation; the old state becomes a revision',
  tag: 'Observations',
  params: ObservationParams,
  body: ObservationPatch,
  answers: { 202: { description: 'The observation is changed', schema: Message } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const deleteObservation = defineOperation({
  method: 'DELETE',
  url: ONE_URL,
  operationId: 'DeleteProfileObservation',
  scope: 'write',
  summary: 'Erase an observation with its revisions',
  tag: 'Observations',
  params: ObservationParams,
  answers: { 202: { description: 'The observation is erased', schema: Message } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const listRevisions = defineOperation({
  method: 'GET',
  url: `${ONE_URL}/Revisions`,
  operationId: 'ListObservationRevisions',
  scope: 'read',
  summary: 'States of an observation, newest first, the current one included',
  tag: 'Observations',
  params: ObservationParams,
  query: Type.Object({ pageSize: PageSize(PROFILE_PAGE.maxSize), pageToken: PageToken }),
  headers: AcceptEncoding,
  answers: {
    200: {
      description: 'A page of states',
      schema: Type.Object({
        revisions: Type.Array(Observation, { maxItems: MEMORY_PAGE_MAX_ITEMS }),
        meta: MemoryListMeta,
      }),
      headers: READ_HEADERS,
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})
