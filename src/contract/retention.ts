import Type, { type Static } from 'typebox'
import { StoreParams } from './common.js'
import { DATA_PLANE_REFUSALS, defineOperation, ETAG_HEADER, IfMatch } from './operation.js'

const MAX_DAYS = 36_500

const Days = (kind: string) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_DAYS,
      description: `Days after which ${kind} are erased, counted from when they were stored; absent: never`,
    }),
  )

const days = { observationDays: Days('observations'), summaryDays: Days('conversation summaries') }

export const RetentionInput = Type.Object(days, { additionalProperties: false })
export type RetentionInput = Static<typeof RetentionInput>

export const RetentionAnswer = Type.Object({
  ...days,
  version: Type.Integer({ minimum: 0, description: 'Grows with each change; 0 when nothing was ever set' }),
})
export type RetentionAnswer = Static<typeof RetentionAnswer>

const URL = '/recollect/v1/Stores/:storeId/Retention'
const answers = { 200: { description: 'How long memories are kept', schema: RetentionAnswer, headers: ETAG_HEADER } }

export const fetchRetention = defineOperation({
  method: 'GET',
  url: URL,
  operationId: 'FetchRetention',
  scope: 'read',
  summary: 'How long the store keeps memories',
  tag: 'Recollect',
  params: StoreParams,
  answers,
  refusals: DATA_PLANE_REFUSALS,
})

export const replaceRetention = defineOperation({
  method: 'PUT',
  url: URL,
  operationId: 'UpdateRetention',
  scope: 'admin',
  summary: 'Replace how long the store keeps memories; what is older already is erased at once',
  tag: 'Recollect',
  params: StoreParams,
  headers: IfMatch,
  body: RetentionInput,
  answers,
  refusals: [...DATA_PLANE_REFUSALS, 412],
})
