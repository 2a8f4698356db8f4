import Type, { type Static } from 'typebox'
import {
  ImportId,
  ListMeta,
  MapOf,
  Message,
  OrderBy,
  PageSize,
  PageToken,
  PROFILE_PAGE,
  StoreId,
  StoreParams,
  StringEnum,
  Timestamp,
} from './common.js'
import { DATA_PLANE_REFUSALS, defineOperation } from './operation.js'

export const MAX_IMPORT_BYTES = 104_857_600

export const IMPORT_STATUSES = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'] as const
export type ImportStatus = (typeof IMPORT_STATUSES)[number]

export const ColumnMapping = Type.Object(
  {
    columnName: Type.String({ maxLength: 64, description: 'Name in the CSV header' }),
    traitGroup: Type.String({ maxLength: 64 }),
    traitName: Type.String({ maxLength: 64 }),
  },
  { additionalProperties: false, description: 'Which trait a column is written to' },
)
export type ColumnMapping = Static<typeof ColumnMapping>

const ColumnMappings = Type.Array(ColumnMapping, { minItems: 2, maxItems: 100 })
const filename = Type.String({ maxLength: 255, description: 'A label, never a path' })
const fileSize = Type.Integer({ minimum: 1, maximum: MAX_IMPORT_BYTES, description: 'Size in bytes, at most 100 MiB' })

export const ImportInput = Type.Object(
  { filename, fileSize, columnMappings: ColumnMappings },
  { additionalProperties: false },
)
export type ImportInput = Static<typeof ImportInput>

const importFields = {
  status: StringEnum(IMPORT_STATUSES),
  filename,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  fileSize,
  columnMappings: ColumnMappings,
  summary: Type.Object({
    errors: Type.Integer({ description: 'Rows that failed' }),
    warnings: Type.Integer({ description: 'Values that were skipped' }),
  }),
}
export const Import = Type.Object(importFields)
export type Import = Static<typeof Import>

export const ImportProgress = Type.Object({
  ...importFields,
  id: ImportId,
  rowsDone: Type.Integer({ description: 'Rows read so far, failed ones included' }),
  bytesDone: Type.Integer({ description: 'Bytes of the file read so far' }),
  failure: Type.Optional(Type.String({ description: 'Why the import as a whole failed' })),
})
export type ImportProgress = Static<typeof ImportProgress>

const ImportParams = Type.Object({ storeId: StoreId, importId: ImportId })

export const createImport = defineOperation({
  method: 'POST',
  url: '/v1/Stores/:storeId/Profiles/Imports',
  operationId: 'CreateProfilesImportV2',
  scope: 'write',
  summary: 'Begin an import: an id and a signed upload URL',
  tag: 'Profile',
  params: StoreParams,
  body: ImportInput,
  answers: {
    201: {
      description: 'The import waits for its file',
      schema: Type.Object(
        {
          importId: Type.String({ maxLength: 39 }),
          url: Type.String({ maxLength: 2048, description: 'Signed address for one PUT of the CSV file' }),
        },
        { additionalProperties: false },
      ),
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})

export const listImports = defineOperation({
  method: 'GET',
  url: '/v1/Stores/:storeId/Profiles/Imports',
  operationId: 'ListProfileImportsV2',
  scope: 'read',
  summary: 'Ids of the store’s imports, newest first',
  tag: 'Profile',
  params: StoreParams,
  query: Type.Object({ pageSize: PageSize(PROFILE_PAGE.maxSize), pageToken: PageToken, orderBy: OrderBy }),
  answers: {
    200: {
      description: 'A page of import ids',
      schema: Type.Object(
        { imports: Type.Array(ImportId, { maxItems: 100 }), meta: ListMeta },
        { additionalProperties: false },
      ),
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})

export const fetchImport = defineOperation({
  method: 'GET',
  url: '/v1/Stores/:storeId/Profiles/Imports/:importId',
  operationId: 'FetchProfileImportV2',
  scope: 'read',
  summary: 'Status of an import',
  tag: 'Profile',
  params: ImportParams,
  answers: { 200: { description: 'The import', schema: Import } },
  refusals: DATA_PLANE_REFUSALS,
})

export const fetchImportProgress = defineOperation({
  method: 'GET',
  url: '/recollect/v1/Stores/:storeId/Profiles/Imports/:importId',
  operationId: 'FetchImportProgress',
  scope: 'read',
  summary: 'Status of an import with rows and bytes done',
  tag: 'Recollect',
  params: ImportParams,
  answers: { 200: { description: 'The import', schema: ImportProgress } },
  refusals: DATA_PLANE_REFUSALS,
})

export const listImportErrors = defineOperation({
  method: 'GET',
  url: '/recollect/v1/Stores/:storeId/Profiles/Imports/:importId/Errors',
  operationId: 'ListImportErrors',
  scope: 'read',
  summary: 'Errors and warnings of an import, row by row, as CSV',
  tag: 'Recollect',
  params: ImportParams,
  answers: {
    200: {
      description: 'CSV with the columns row, kind, column, reason',
      schema: Type.String(),
      mediaType: 'text/csv',
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})

export const PREVIEW_ROWS = 20

export const ImportPreviewInput = Type.Object(
  {
    columnMappings: Type.Array(ColumnMapping, { minItems: 1, maxItems: 100 }),
    content: Type.String({ minLength: 1, maxLength: 200_000, description: 'The beginning of the file, whole lines' }),
  },
  { additionalProperties: false },
)
export type ImportPreviewInput = Static<typeof ImportPreviewInput>

const PreviewRow = Type.Object({
  row: Type.Integer({ description: 'Number of the row, from 1' }),
  traits: MapOf(MapOf(Type.Unknown()), { description: 'What would be stored; null removes a trait' }),
  identifiers: Type.Array(Type.Object({ idType: Type.String(), value: Type.String() }), {
    description: 'Whom the row is about, in normal form',
  }),
  warnings: Type.Array(Type.Object({ column: Type.String(), reason: Type.String() }), {
    description: 'Values that would be skipped',
  }),
  error: Type.Optional(Type.String({ description: 'Why the row would fail' })),
})
export type PreviewRow = Static<typeof PreviewRow>

export const previewImport = defineOperation({
  method: 'POST',
  url: '/recollect/v1/Stores/:storeId/Profiles/Imports/Preview',
  operationId: 'PreviewImport',
  scope: 'read',
  summary: 'The first rows of a file as an import would store them; stores nothing',
  tag: 'Recollect',
  params: StoreParams,
  body: ImportPreviewInput,
  answers: {
    200: {
      description: 'The rows',
      schema: Type.Object({ rows: Type.Array(PreviewRow, { maxItems: PREVIEW_ROWS }) }),
    },
  },
  refusals: DATA_PLANE_REFUSALS,
})

export const cancelImport = defineOperation({
  method: 'POST',
  url: '/recollect/v1/Stores/:storeId/Profiles/Imports/:importId/Cancel',
  operationId: 'CancelImport',
  scope: 'write',
  summary: 'Stop an import; the rows that are stored stay',
  tag: 'Recollect',
  params: ImportParams,
  answers: { 202: { description: 'The import has ended as FAILED', schema: Message } },
  refusals: [...DATA_PLANE_REFUSALS, 409],
})

export const uploadImportFile = defineOperation({
  method: 'PUT',
  url: '/recollect/v1/Uploads/:importId',
  operationId: 'UploadImportFile',
  scope: 'write',
  anonymous: true,
  summary: 'Upload the CSV of an import to its signed URL (no credentials)',
  tag: 'Recollect',
  params: Type.Object({ importId: ImportId }),
  query: Type.Object({
    store: StoreId,
    expires: Type.Integer({ minimum: 0, description: 'End of the URL’s life, seconds since the epoch' }),
    signature: Type.String({ minLength: 43, maxLength: 43 }),
  }),
  answers: { 200: { description: 'The file is stored', schema: Type.Object({ message: Type.String() }) } },
  refusals: [400, 403, 404, 409, 413, 500, 503],
})
