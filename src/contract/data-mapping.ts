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
  Timestamp,
} from './common.js'
import { ID_PATTERNS } from './ids.js'
import { acceptedAnswer, CONTROL_PLANE_REFUSALS, defineOperation, ETAG_HEADER, IfMatch } from './operation.js'

export const MAPPING_TYPES = ['INGRESS', 'DATASET_CLOUDAPP', 'DATASET_WAREHOUSE'] as const
export type MappingType = (typeof MAPPING_TYPES)[number]

const FromIngress = Type.Object(
  {
    type: StringEnum(['INGRESS']),
    columns: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
      minItems: 1,
      maxItems: 100,
      description: 'Names of the source columns',
    }),
  },
  { additionalProperties: false },
)
const datasetId = Type.String({ pattern: ID_PATTERNS.dataset, description: 'Id of a dataset' })
const FromCloudApp = Type.Object({ type: StringEnum(['DATASET_CLOUDAPP']), datasetId }, { additionalProperties: false })
const FromWarehouse = Type.Object(
  { type: StringEnum(['DATASET_WAREHOUSE']), datasetId },
  { additionalProperties: false },
)
export type MappingFrom = Static<typeof FromIngress> | Static<typeof FromCloudApp> | Static<typeof FromWarehouse>

const MappingItem = Type.Object(
  {
    expression: Type.String({ minLength: 1, maxLength: 256, description: 'The source column' }),
    traitGroup: Type.String({ minLength: 1, maxLength: 64, pattern: '^[a-zA-Z0-9_\\-\\.]+$' }),
    traitName: Type.String({ minLength: 1, maxLength: 128, pattern: '^[a-z][a-zA-Z0-9_\\-\\.]*$' }),
  },
  { additionalProperties: false },
)
const ToTraits = Type.Object(
  {
    type: StringEnum(['TRAITS'], { default: 'TRAITS' }),
    mappings: Type.Array(MappingItem, { minItems: 1, maxItems: 100 }),
  },
  { additionalProperties: false },
)
export type MappingTo = Static<typeof ToTraits>

const mappingFrom = Type.Unsafe<MappingFrom>({ type: 'object', oneOf: [FromIngress, FromCloudApp, FromWarehouse] })
const mappingTo = Type.Unsafe<MappingTo>({ type: 'object', oneOf: [ToTraits] })
const displayName = Type.String({
  pattern: '^[a-zA-Z][a-zA-Z0-9-.]*$',
  minLength: 1,
  maxLength: 64,
  description: 'Name, unique within the store',
})
const description = Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'What it is for' }))
const isEnabled = Type.Optional(Type.Boolean({ default: true, description: 'Whether it is active' }))

export const DataMappingInput = Type.Object({ displayName, description, isEnabled, mappingTo, mappingFrom })
export type DataMappingInput = Static<typeof DataMappingInput>

export const DataMappingPatch = Type.Object({
  displayName: Type.Optional(displayName),
  description,
  isEnabled,
  mappingTo: Type.Optional(mappingTo),
})
export type DataMappingPatch = Static<typeof DataMappingPatch>

const DataMappingId = Type.String({ pattern: ID_PATTERNS.dataMapping, description: 'Id of a data mapping' })

export const DataMapping = Type.Object({
  displayName,
  description,
  isEnabled,
  mappingTo,
  mappingFrom,
  id: DataMappingId,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  version: Type.Integer({ minimum: 1, description: 'Grows with each change' }),
})
export type DataMapping = Static<typeof DataMapping>

const URL = '/v1/ControlPlane/Stores/:storeId/DataMappings'
const ONE_URL = `${URL}/:dataMappingId`
const MappingParams = Type.Object({ storeId: StoreId, dataMappingId: DataMappingId })

export const listDataMappings = defineOperation({
  method: 'GET',
  url: URL,
  operationId: 'ListDataMappings',
  scope: 'read',
  summary: 'Data mappings of a store',
  tag: 'DataMapping',
  params: StoreParams,
  query: Type.Object({
    pageSize: PageSize(CONTROL_PLANE_PAGE.maxSize),
    pageToken: PageToken,
    orderBy: OrderBy,
    type: Type.Optional(StringEnum(MAPPING_TYPES, { description: 'Only mappings from such a source' })),
  }),
  answers: {
    200: {
      description: 'A page of data mappings',
      schema: Type.Object(
        { dataMappings: Type.Array(DataMapping, { maxItems: 100 }), meta: ListMeta },
        { additionalProperties: false },
      ),
    },
  },
  refusals: CONTROL_PLANE_REFUSALS,
})

export const createDataMapping = defineOperation({
  method: 'POST',
  url: URL,
  operationId: 'CreateDataMapping',
  scope: 'admin',
  summary: 'Save which columns are written to which traits',
  tag: 'DataMapping',
  params: StoreParams,
  body: DataMappingInput,
  answers: acceptedAnswer('The data mapping is made'),
  refusals: [...CONTROL_PLANE_REFUSALS, 409],
})

export const fetchDataMapping = defineOperation({
  method: 'GET',
  url: ONE_URL,
  operationId: 'FetchDataMapping',
  scope: 'read',
  summary: 'One data mapping',
  tag: 'DataMapping',
  params: MappingParams,
  answers: { 200: { description: 'The data mapping', schema: DataMapping, headers: ETAG_HEADER } },
  refusals: CONTROL_PLANE_REFUSALS,
})

export const patchDataMapping = defineOperation({
  method: 'PATCH',
  url: ONE_URL,
  operationId: 'PatchDataMapping',
  scope: 'admin',
  summary: 'Change a data mapping',
  tag: 'DataMapping',
  params: MappingParams,
  headers: IfMatch,
  body: DataMappingPatch,
  bodyOptional: true,
  answers: acceptedAnswer('The data mapping is changed'),
  refusals: [...CONTROL_PLANE_REFUSALS, 409, 412],
})

export const deleteDataMapping = defineOperation({
  method: 'DELETE',
  url: ONE_URL,
  operationId: 'DeleteDataMapping',
  scope: 'admin',
  summary: 'Delete a data mapping',
  tag: 'DataMapping',
  params: MappingParams,
  answers: acceptedAnswer('The data mapping is gone'),
  refusals: CONTROL_PLANE_REFUSALS,
})
