import type { FastifySchemaCompiler, FastifyServerOptions } from 'fastify'
import type { TSchema } from 'typebox'
import { findViolation, type Violation } from '../contract/validation.js'
import { ApiError, badRequest, ERROR_CODES } from '../errors.js'

const PLACES: Record<string, string> = {
  body: 'The request body',
  querystring: 'The query',
  params: 'The path',
  headers: 'The headers',
}

/** Codes of malformed ids in the path. */
const PARAM_CODES: Record<string, number> = {
  storeId: ERROR_CODES.malformedStoreId,
  operationId: ERROR_CODES.malformedOperationId,
}

/**
 * Validates requests against the contract. Bodies are never coerced; query parameters are text, so digits and
 * true/false become numbers and booleans where the contract has them, and nothing else does.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = '' }) => {
  const read = READERS[httpPart]
  return (value: unknown) => {
    const typed = read === undefined ? value : read(schema, value as Record<string, unknown>)
    const violation = findViolation(schema, typed)
    if (violation !== undefined) return { error: toError(violation, httpPart) }
    return { value: httpPart === 'headers' ? value : typed }
  }
}

/**
 * What an app validates and serialises with. Told any later than when it is made, the framework would load compilers
 * of its own: ajv and fast-json-stringify, which are not in the bundle.
 */
export const SCHEMA_CONTROLLER = {
  compilersFactory: { buildValidator: () => compileValidator, buildSerializer: () => () => JSON.stringify },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>

type Reader = (schema: TSchema, values: Record<string, unknown>) => Record<string, unknown>

const READERS: Readonly<Record<string, Reader>> = { querystring: coerceQuery, headers: pickHeaders }

/** The headers a schema names, which arrive in lower case. */
function pickHeaders(schema: TSchema, headers: Record<string, unknown>): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: object }
  const present = Object.keys(properties).filter((name) => headers[name.toLowerCase()] !== undefined)
  return Object.fromEntries(present.map((name) => [name, headers[name.toLowerCase()]]))
}

function toError({ field, reason }: Violation, httpPart: string): ApiError {
  if (httpPart === 'body') {
    const subject = field === '' ? 'The request body' : field
    return new ApiError(400, ERROR_CODES.schemaViolation, `${subject} ${reason}`)
  }
  return badRequest(`${field || PLACES[httpPart]} ${reason}`, PARAM_CODES[field])
}

function coerceQuery(schema: TSchema, query: Record<string, unknown>): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> }
  const typed: Record<string, unknown> = { ...query }
  for (const [name, { type }] of Object.entries(properties)) {
    const text = query[name]
    if (typeof text !== 'string') continue
    if (type === 'integer' && /^-?\d{1,15}$/.test(text)) typed[name] = Number(text)
    if (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) typed[name] = Number(text)
    if (type === 'boolean' && /^(true|false)$/.test(text)) typed[name] = text === 'true'
  }
  return typed
}
