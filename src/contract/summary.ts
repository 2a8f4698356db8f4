import Type, { type Static } from 'typebox'
import { Message, PageSize, PageToken, PROFILE_PAGE, ProfileId, ProfileParams, StoreId, Timestamp } from './common.js'
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
  SOURCE_PATTERN,
} from './memory.js'
import { CANONICAL_ID_HEADER, DATA_PLANE_REFUSALS, defineOperation } from './operation.js'

const source = Type.Optional(
  Type.String({ maxLength: 100, pattern: SOURCE_PATTERN, description: 'The system it comes from' }),
)

export const SummaryInput = Type.Object({
  content: Content,
  conversationId: ConversationId,
  occurredAt: OccurredAt,
  source,
})
export type SummaryInput = Static<typeof SummaryInput>

export const SummaryPatch = Type.Object({
  content: Type.Optional(Content),
  conversationId: Type.Optional(ConversationId),
  occurredAt: Type.Optional(OccurredAt),
  source,
})
export type SummaryPatch = Static<typeof SummaryPatch>

const SummaryId = Type.String({ pattern: ID_PATTERNS.summary, description: 'Id of a summary' })

export const Summary = Type.Object({
  source,
  content: Content,
  occurredAt: OccurredAt,
  conversationId: ConversationId,
  id: SummaryId,
  createdAt: Timestamp,
  updatedAt: Timestamp,
})
export type Summary = Static<typeof Summary>

const URL = '/v1/Stores/:storeId/Profiles/:profileId/ConversationSummaries'
const ONE_URL = `${URL}/:summaryId`
const SummaryParams = Type.Object({ storeId: StoreId, profileId: ProfileId, summaryId: SummaryId })

export const listSummaries = defineOperation({
  method: 'GET',
  url: URL,
  operationId: 'ListProfileConversationSummaries',
  scope: 'read',
  summary: 'Conversation summaries of a profile, newest first',
  tag: 'ConversationSummaries',
  params: ProfileParams,
  query: Type.Object({
    pageSize: PageSize(PROFILE_PAGE.maxSize),
    pageToken: PageToken,
    conversationId: Type.Optional(ConversationId),
  }),
  headers: AcceptEncoding,
  answers: {
    200: {
      description: 'A page of summaries',
      schema: Type.Object({
        summaries: Type.Array(Summary, { maxItems: MEMORY_PAGE_MAX_ITEMS }),
        meta: MemoryListMeta,
      }),
      headers: { ...CONTENT_ENCODING_HEADER, ...CANONICAL_ID_HEADER },
    },
  },
  moved: 301,
  refusals: DATA_PLANE_REFUSALS,
})

export const createSummaries = defineOperation({
  method: 'POST',
  url: URL,
  operationId: 'CreateProfileConversationSummary',
  scope: 'write',
  summary: 'Add 1 to 10 conversation summaries, all or none',
  tag: 'ConversationSummaries',
  params: ProfileParams,
  headers: Encodings,
  body: Type.Object(
    { summaries: Type.Array(SummaryInput, { minItems: 1, maxItems: 10 }) },
    { additionalProperties: false },
  ),
  answers: { 202: { description: 'The summaries are stored', schema: Message, headers: CONTENT_ENCODING_HEADER } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const fetchSummary = defineOperation({
  method: 'GET',
  url: ONE_URL,
  operationId: 'FetchProfileConversationSummary',
  scope: 'read',
  summary: 'One conversation summary',
  tag: 'ConversationSummaries',
  params: SummaryParams,
  answers: { 200: { description: 'The summary', schema: Summary, headers: CANONICAL_ID_HEADER } },
  refusals: DATA_PLANE_REFUSALS,
})

export const patchSummary = defineOperation({
  method: 'PATCH',
  url: ONE_URL,
  operationId: 'PatchProfileConversationSummary',
  scope: 'write',
  summary: 'Change a conversation summary',
  tag: 'ConversationSummaries',
  params: SummaryParams,
  body: SummaryPatch,
  answers: { 202: { description: 'The summary is changed', schema: Message } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

export const deleteSummary = defineOperation({
  method: 'DELETE',
  url: ONE_URL,
  operationId: 'DeleteProfileConversationSummary',
  scope: 'write',
  summary: 'Erase a conversation summary',
  tag: 'ConversationSummaries',
  params: SummaryParams,
  answers: { 202: { description: 'The summary is erased', schema: Message } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})
