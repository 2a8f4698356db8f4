import Type, { type Static } from 'typebox'
import { ListMeta, Message, OrderBy, PageSize, PageToken, ProfileId, StoreId, StringEnum } from './common.js'
import { ID_PATTERNS } from './ids.js'
import { ConversationId, Encodings } from './memory.js'
import { DATA_PLANE_REFUSALS, defineOperation } from './operation.js'

const participant = {
  id: Type.String({ pattern: ID_PATTERNS.participant, description: 'Id of a participant' }),
  name: Type.String({ maxLength: 256 }),
  type: Type.Optional(StringEnum(['HUMAN_AGENT', 'CUSTOMER', 'AI_AGENT', 'AGENT', 'UNKNOWN'])),
  profileId: Type.Optional(ProfileId),
  address: Type.String({ maxLength: 254 }),
  channel: StringEnum(['VOICE', 'SMS', 'RCS', 'EMAIL', 'WHATSAPP', 'CHAT', 'API', 'SYSTEM']),
}
const dateTime = Type.Optional(Type.String({ format: 'date-time' }))

export const Communication = Type.Object({
  id: Type.String({ pattern: ID_PATTERNS.communication, description: 'Id of a communication' }),
  channelId: Type.Optional(Type.String({ maxLength: 256 })),
  content: Type.Object({ text: Type.Optional(Type.String({ maxLength: 8_388_608 })) }),
  createdAt: dateTime,
  updatedAt: dateTime,
  author: Type.Object(participant),
  recipients: Type.Array(
    Type.Object({
      ...participant,
      deliveryStatus: Type.Optional(StringEnum(['INITIATED', 'IN_PROGRESS', 'DELIVERED', 'COMPLETED', 'FAILED'])),
    }),
    { maxItems: 100 },
  ),
})
export type Communication = Static<typeof Communication>

const URL = '/recollect/v1/Stores/:storeId/Conversations/:conversationId/Communications'
const ConversationParams = Type.Object({ storeId: StoreId, conversationId: ConversationId })

export const putCommunications = defineOperation({
  method: 'POST',
  url: URL,
  operationId: 'CreateCommunications',
  scope: 'write',
  summary: 'Add 1 to 100 communications of a conversation; one with a known id replaces it',
  tag: 'Recollect',
  params: ConversationParams,
  headers: Encodings,
  body: Type.Object(
    { communications: Type.Array(Communication, { minItems: 1, maxItems: 100 }) },
    { additionalProperties: false },
  ),
  answers: { 202: { description: 'The communications are stored', schema: Message } },
  refusals: DATA_PLANE_REFUSALS,
})

export const listCommunications = defineOperation({
  method: 'GET',
  url: URL,
  operationId: 'ListCommunications',
  scope: 'read',
  summary: 'Communications of a conversation, newest first',
  tag: 'Recollect',
  params: ConversationParams,
  query: Type.Object({ pageSize: PageSize(1000), pageToken: PageToken, orderBy: OrderBy }),
  answers: {
    200: {
      description: 'A page of communications',
      schema: Type.Object({ communications: Type.Array(Communication, { maxItems: 100 }), meta: ListMeta }),
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})
