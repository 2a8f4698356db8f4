import Type, { type Static } from 'typebox'
import { ListMeta, OrderBy, PageSize, PageToken, StoreId, StringEnum, Timestamp } from './common.js'
import { CONTROL_PLANE_REFUSALS, defineOperation } from './operation.js'

const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }))
const name = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 64, description }))

export const AuditQuery = Type.Object({
  pageSize: PageSize(1000),
  pageToken: PageToken,
  orderBy: OrderBy,
  storeId: Type.Optional(StoreId),
  operation: name('Id of the operation that was called, such as CreateProfile'),
  credential: name('SID of the account or of the key it was called with'),
  from: time('Not before this time'),
  to: time('Before this time'),
})
export type AuditQuery = Static<typeof AuditQuery>

export const AuditEntry = Type.Object(
  {
    id: Type.String({ maxLength: 128, description: 'Id of the entry; ids sort by time' }),
    createdAt: Timestamp,
    credential: Type.String({
      description: 'Who: SID of the account or the key, or `server`, `command-line`, `upload-url`',
    }),
    operation: Type.Optional(Type.String({ description: 'What was called; absent where it was not recorded' })),
    type: Type.String({ description: 'What happened: the name of the change' }),
    result: StringEnum(['SUCCEEDED', 'REFUSED']),
    storeId: Type.Optional(StoreId),
    subjectId: Type.Optional(Type.String({ description: 'Id or name of what was changed' })),
    requestId: Type.Optional(Type.String({ description: 'Twilio-Request-Id of the request' })),
    clientAddress: Type.Optional(Type.String({ description: 'Where the request came from' })),
    data: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      additionalProperties: true,
      description: 'More ids and names, by type; never values',
    }),
  },
  { additionalProperties: false },
)
export type AuditEntry = Static<typeof AuditEntry>

export const listAudit = defineOperation({
  method: 'GET',
  url: '/recollect/v1/Audit',
  operationId: 'ListAudit',
  // Who did what is for those who answer for it.
  scope: 'admin',
  showsOwnStores: true,
  summary: 'Who did what, from where, with what result, newest first',
  tag: 'Audit',
  query: AuditQuery,
  answers: {
    200: {
      description: 'A page of entries',
      schema: Type.Object(
        { entries: Type.Array(AuditEntry, { maxItems: 1000 }), meta: ListMeta },
        { additionalProperties: false },
      ),
    },
  },
  refusals: CONTROL_PLANE_REFUSALS,
})
