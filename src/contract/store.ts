import Type, { type Static } from 'typebox'
import {
  CONTROL_PLANE_PAGE,
  ListMeta,
  OrderBy,
  PageSize,
  PageToken,
  StoreId,
  StoreParams,
  StringEnum,
} from './common.js'
import {
  acceptedAnswer,
  CONTROL_PLANE_REFUSALS,
  DATA_PLANE_REFUSALS,
  defineOperation,
  ETAG_HEADER,
  IfMatch,
} from './operation.js'

const displayName = Type.String({
  pattern: '^[a-zA-Z0-9-]+$',
  maxLength: 64,
  description: 'Name, unique within the account',
  example: 'sandbox',
})
const description = Type.String({ minLength: 1, maxLength: 128, description: 'What the store is for' })

export const StoreInput = Type.Object({ displayName, description: Type.Optional(description) })
export type StoreInput = Static<typeof StoreInput>

export const STORE_STATUSES = ['QUEUED', 'PROVISIONING', 'ACTIVE', 'FAILED'] as const
export type StoreStatus = (typeof STORE_STATUSES)[number]

export const Store = Type.Object({
  displayName,
  description: Type.Optional(description),
  id: StoreId,
  status: StringEnum(STORE_STATUSES),
  intelligenceServiceId: Type.Unsafe<string | null>({ type: 'string', maxLength: 64, nullable: true }),
  version: Type.Integer({ minimum: 1, description: 'Grows with each change' }),
})
export type Store = Static<typeof Store>

export const listStores = defineOperation({
  method: 'GET',
  url: '/v1/ControlPlane/Stores',
  operationId: 'ListStores',
  scope: 'read',
  showsOwnStores: true,
  summary: 'Ids of the account’s stores',
  tag: 'Store',
  query: Type.Object({ pageSize: PageSize(CONTROL_PLANE_PAGE.maxSize), pageToken: PageToken, orderBy: OrderBy }),
  answers: {
    200: {
      description: 'A page of store ids',
      schema: Type.Object(
        { stores: Type.Array(StoreId, { maxItems: 100 }), meta: ListMeta },
        { additionalProperties: false },
      ),
    },
  },
  refusals: CONTROL_PLANE_REFUSALS,
})

export const createStore = defineOperation({
  method: 'POST',
  url: '/v1/ControlPlane/Stores',
  operationId: 'CreateStore',
  scope: 'admin',
  summary: 'Create a store',
  tag: 'Store',
  body: StoreInput,
  answers: acceptedAnswer('The store is made'),
  refusals: [...CONTROL_PLANE_REFUSALS, 409],
})

export const fetchStore = defineOperation({
  method: 'GET',
  url: '/v1/ControlPlane/Stores/:storeId',
  operationId: 'FetchStore',
  scope: 'read',
  summary: 'One store',
  tag: 'Store',
  params: StoreParams,
  answers: { 200: { description: 'The store', schema: Store, headers: ETAG_HEADER } },
  refusals: CONTROL_PLANE_REFUSALS,
})

export const StorePatch = Type.Object({
  displayName: Type.Optional(displayName),
  description: Type.Optional(description),
})
export type StorePatch = Static<typeof StorePatch>

export const patchStore = defineOperation({
  method: 'PATCH',
  url: '/v1/ControlPlane/Stores/:storeId',
  operationId: 'PatchStore',
  scope: 'admin',
  summary: 'Rename or describe a store',
  tag: 'Store',
  params: StoreParams,
  headers: IfMatch,
  body: StorePatch,
  bodyOptional: true,
  answers: acceptedAnswer('The store is changed'),
  refusals: [...CONTROL_PLANE_REFUSALS, 409, 412],
})

export const deleteStore = defineOperation({
  method: 'DELETE',
  url: '/v1/ControlPlane/Stores/:storeId',
  operationId: 'DeleteStore',
  scope: 'admin',
  summary: 'Delete a store with everything in it',
  tag: 'Store',
  params: StoreParams,
  answers: acceptedAnswer('The store is gone; what was in it is being erased'),
  refusals: CONTROL_PLANE_REFUSALS,
})

/** Counting ends there: 10,000 profiles took 1 to 6 ms of the event loop, 100,000 took 50 to 260. */
export const MAX_COUNT = 10_000

const count = (what: string) =>
  Type.Integer({ minimum: 0, maximum: MAX_COUNT, description: `${what}; ${MAX_COUNT} stands for that or more` })

export const StoreCounts = Type.Object({
  profiles: count('Profiles'),
  observations: count('Observations'),
  summaries: count('Summaries'),
  imports: count('Imports'),
})
export type StoreCounts = Static<typeof StoreCounts>

export const fetchStoreCounts = defineOperation({
  method: 'GET',
  url: '/recollect/v1/Stores/:storeId/Counts',
  operationId: 'FetchStoreCounts',
  scope: 'read',
  summary: 'How much is in a store',
  tag: 'Recollect',
  params: StoreParams,
  answers: { 200: { description: 'The counts', schema: StoreCounts } },
  refusals: DATA_PLANE_REFUSALS,
})
