import Type, { type Static, type TObject, type TSchema } from 'typebox'
import { ErrorBody, Moved, StringEnum, Timestamp } from './common.js'
import { ID_PATTERNS } from './ids.js'

/** A header of an answer, as OpenAPI describes it. */
interface HeaderSchema {
  description: string
  schema: object
}

/** One success answer of an operation. */
export interface Answer {
  description: string
  schema: TSchema
  /** `application/json` unless it says otherwise. */
  mediaType?: string
  headers?: Record<string, HeaderSchema>
}

/** What a key may do, each with what stands before it: read data and settings; write data; change stores and settings. */
export const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export interface OperationDefinition<Params, Query, Body> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  operationId: string
  /** What a key must be allowed to do for it; an operation of scope `read` changes nothing. */
  scope: Scope
  /** Stands outside a store, and shows a key of some stores what is theirs; others of that kind refuse such a key. */
  showsOwnStores?: true
  summary: string
  tag: string
  params?: Params
  query?: Query
  headers?: TObject
  body?: Body
  /** Needs no credentials. */
  anonymous?: boolean
  /** The document leaves the body of some writes optional. */
  bodyOptional?: boolean
  answers: Record<number, Answer>
  /** Statuses beyond the success: refusals that this operation documents. */
  refusals: readonly number[]
  /** The status for a merged profile id: 301 on reads, 308 on writes. */
  moved?: 301 | 308
}

export type Operation<
  Params extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
> = OperationDefinition<Params, Query, Body>

/** Declares one operation of the wire; the types of params, query and body follow from their schemas. */
export function defineOperation<Params extends TSchema, Query extends TSchema, Body extends TSchema>(
  operation: OperationDefinition<Params, Query, Body>,
): OperationDefinition<Params, Query, Body> {
  return operation
}

/** The refusals every data-plane operation documents. */
export const DATA_PLANE_REFUSALS = [400, 401, 403, 404, 429, 500, 503] as const
/** The refusals every control-plane operation documents (401 and 403 are ours: the document leaves them out). */
export const CONTROL_PLANE_REFUSALS = [400, 401, 403, 404, 429, 500, 503] as const

export const CANONICAL_ID_HEADER = {
  'Canonical-Profile-Id': {
    description: 'Id of the profile the requested one was merged into',
    schema: { type: 'string', pattern: ID_PATTERNS.profile },
  },
}
export const ETAG_HEADER = { ETag: { description: 'Tag of this version', schema: { type: 'string', maxLength: 512 } } }
export const ACCEPTED_HEADERS = {
  'Operation-Id': { description: 'Id of the operation', schema: { type: 'string', maxLength: 512 } },
  Location: { description: 'Address of the operation', schema: { type: 'string', maxLength: 512 } },
  'Retry-After': { description: 'Seconds to wait before asking again', schema: { type: 'integer' } },
}

/** Makes a write conditional on the version that was read. */
export const IfMatch = Type.Object({
  'If-Match': Type.Optional(Type.String({ maxLength: 100, description: 'ETag of the version to change' })),
})

/** The answer of every control-plane write. */
export const Accepted = Type.Object(
  {
    message: Type.String({ maxLength: 512 }),
    statusUrl: Type.String({ maxLength: 512, description: 'Address of the operation' }),
  },
  { additionalProperties: false },
)
export type Accepted = Static<typeof Accepted>

/** Answers of a control-plane write. */
export function acceptedAnswer(description: string): Record<202, Answer> {
  return { 202: { description, schema: Accepted, headers: ACCEPTED_HEADERS } }
}

const REFUSAL_TEXTS: Record<number, string> = {
  400: 'The request is malformed or breaks a rule',
  401: 'Credentials are missing or wrong',
  403: 'The credentials do not allow this',
  404: 'There is no such resource',
  409: 'The request conflicts with the state of the resource',
  413: 'The body is too large',
  412: 'If-Match names another version',
  429: 'Too many requests',
  500: 'The server failed',
  503: 'The server cannot store anything now',
}

/** All answers of an operation as OpenAPI responses. */
export function describeAnswers(operation: Operation): Record<string, object> {
  const responses: Record<string, object> = {}
  for (const [status, answer] of Object.entries(operation.answers)) {
    responses[status] = {
      description: answer.description,
      ...(answer.headers && { headers: answer.headers }),
      content: { [answer.mediaType ?? 'application/json']: { schema: answer.schema } },
    }
  }
  if (operation.moved !== undefined) {
    responses[operation.moved] = {
      description: 'The profile was merged into another one',
      headers: {
        ...CANONICAL_ID_HEADER,
        Location: { description: 'Address of the canonical profile', schema: { type: 'string', format: 'uri' } },
      },
      content: { 'application/json': { schema: Moved } },
    }
  }
  // The document knows no 413, but every server has a limit.
  const refusals = operation.body === undefined ? operation.refusals : [...operation.refusals, 413]
  for (const status of refusals) {
    responses[status] = {
      description: REFUSAL_TEXTS[status],
      ...(status === 429 && {
        headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'string', pattern: '^[0-9]+$' } } },
      }),
      content: { 'application/json': { schema: ErrorBody } },
    }
  }
  return responses
}

const OperationError = Type.Object({
  type: Type.Optional(Type.String({ format: 'uri' })),
  title: Type.Optional(Type.String({ maxLength: 128 })),
  code: Type.Optional(Type.Integer()),
  detail: Type.Optional(Type.String({ maxLength: 1024 })),
})

const OperationResult = Type.Object({
  type: StringEnum(['RESOURCE_ID']),
  id: Type.String({ maxLength: 128, description: 'Id of the resource' }),
})

export const OperationStatus = Type.Object(
  {
    operationId: Type.String({ maxLength: 512 }),
    status: StringEnum(['PENDING', 'RUNNING', 'CANCELLED', 'COMPLETED', 'FAILED']),
    createdAt: Timestamp,
    statusUrl: Type.Optional(Type.String({ format: 'uri' })),
    completedAt: Type.Optional(Timestamp),
    result: Type.Optional(OperationResult),
    error: Type.Optional(OperationError),
    resultUrl: Type.Optional(Type.String({ format: 'uri' })),
  },
  { additionalProperties: false },
)
export type OperationStatus = Static<typeof OperationStatus>

export const fetchOperation = defineOperation({
  method: 'GET',
  url: '/v1/ControlPlane/Operations/:operationId',
  operationId: 'FetchOperation',
  scope: 'read',
  showsOwnStores: true,
  summary: 'Status and result of a control-plane write',
  tag: 'Operations',
  params: Type.Object({ operationId: Type.String({ maxLength: 512 }) }),
  answers: {
    200: {
      description: 'The operation',
      schema: OperationStatus,
      headers: {
        'Operation-Id': ACCEPTED_HEADERS['Operation-Id'],
        'Retry-After': ACCEPTED_HEADERS['Retry-After'],
      },
    },
  },
  refusals: CONTROL_PLANE_REFUSALS,
})
