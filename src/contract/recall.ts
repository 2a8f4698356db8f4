import Type, { type Static } from 'typebox'
import { ProfileParams, Timestamp } from './common.js'
import { Communication } from './communication.js'
import { CONTENT_ENCODING_HEADER, Content, ConversationId, Encodings, OccurredAt, Source } from './memory.js'
import { Observation } from './observation.js'
import { CANONICAL_ID_HEADER, DATA_PLANE_REFUSALS, defineOperation } from './operation.js'
import { Summary } from './summary.js'

const limit = (fallback: number, description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 100, default: fallback, description }))

export const RecallInput = Type.Object({
  conversationId: Type.Optional(ConversationId),
  query: Type.Optional(Type.String({ minLength: 0, maxLength: 1024, description: 'What to recall' })),
  beginDate: Type.Optional(Type.String({ format: 'date-time', description: 'Happened then or later' })),
  endDate: Type.Optional(Type.String({ format: 'date-time', description: 'Happened earlier' })),
  communicationsLimit: limit(0, 'Latest communications of the conversation to return'),
  observationsLimit: limit(20, 'Observations to return'),
  summariesLimit: limit(5, 'Summaries to return'),
  relevanceThreshold: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, default: 0, format: 'double', description: 'Least score of a memory' }),
  ),
})
export type RecallInput = Static<typeof RecallInput>

const Score = Type.Optional(
  Type.Number({ minimum: 0, maximum: 1, format: 'double', description: 'Relevance; absent in recency order' }),
)
const RecalledObservation = Type.Object({
  ...Observation.properties,
  content: Content,
  occurredAt: OccurredAt,
  source: Source,
  score: Score,
})
const RecalledSummary = Type.Object({ ...Summary.properties, score: Score })

export const RecallAnswer = Type.Object({
  observations: Type.Array(RecalledObservation, { maxItems: 100 }),
  summaries: Type.Array(RecalledSummary, { maxItems: 100 }),
  communications: Type.Array(Communication, { minItems: 0, maxItems: 100 }),
  meta: Type.Object({
    queryTime: Type.Integer({ minimum: 0, maximum: 600_000, description: 'Milliseconds the server took' }),
  }),
})

export const recall = defineOperation({
  method: 'POST',
  url: '/v1/Stores/:storeId/Profiles/:profileId/Recall',
  operationId: 'CreateFetchProfileMemory',
  scope: 'read',
  summary: 'The memories that matter for a question or a conversation',
  tag: 'Retrieval',
  params: ProfileParams,
  headers: Encodings,
  body: RecallInput,
  answers: {
    200: {
      description: 'The memories, best first',
      schema: RecallAnswer,
      headers: { ...CONTENT_ENCODING_HEADER, ...CANONICAL_ID_HEADER },
    },
  },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})

const Explanation = Type.Object({
  id: Type.String({ description: 'Id of the memory' }),
  kind: Type.String({ description: 'observation or summary' }),
  content: Type.String(),
  occurredAt: Timestamp,
  score: Type.Optional(Type.Number({ description: 'Relevance; absent in the order of time' })),
  lexical: Type.Optional(Type.Number({ description: 'How well the words fit, 0 to 1' })),
  cosine: Type.Optional(Type.Number({ description: 'How close the meanings are; absent without a vector' })),
  ageDays: Type.Number({ description: 'Days since it happened' }),
  matchedTerms: Type.Array(Type.String(), { description: 'Stems that query and memory share' }),
})
export type Explanation = Static<typeof Explanation>

export const RecallExplanation = Type.Object({
  hits: Type.Array(Explanation),
  stages: Type.Object({
    query: Type.Number({ description: 'Milliseconds to make the query and its vector' }),
    index: Type.Number({ description: 'Milliseconds to bring the index up to date' }),
    search: Type.Number({ description: 'Milliseconds to rank' }),
    read: Type.Number({ description: 'Milliseconds to read what was found' }),
  }),
})
export type RecallExplanation = Static<typeof RecallExplanation>

const EXPLAIN_URL = '/recollect/v1/Stores/:storeId/Profiles/:profileId/Recall/Explain'

export const explainRecallOfQuery = defineOperation({
  method: 'GET',
  url: EXPLAIN_URL,
  operationId: 'FetchRecallExplanation',
  scope: 'read',
  summary: 'Recall with what each score is made of; the input as query parameters',
  tag: 'Recollect',
  params: ProfileParams,
  query: RecallInput,
  answers: { 200: { description: 'The hits and their reasons, best first', schema: RecallExplanation } },
  moved: 301,
  refusals: DATA_PLANE_REFUSALS,
})

export const explainRecall = defineOperation({
  method: 'POST',
  url: EXPLAIN_URL,
  operationId: 'ExplainRecall',
  scope: 'read',
  summary: 'Recall with what each score is made of; the input as body',
  tag: 'Recollect',
  params: ProfileParams,
  headers: Encodings,
  body: RecallInput,
  answers: { 200: { description: 'The hits and their reasons, best first', schema: RecallExplanation } },
  moved: 308,
  refusals: DATA_PLANE_REFUSALS,
})
