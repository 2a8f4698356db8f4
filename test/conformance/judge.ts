import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { Answer } from '../support/api.js'
import { findDeviation } from './deviations.js'
import {
  type DocumentedOperation,
  type JsonSchema,
  jsonSchemaOf,
  listOperations,
  type OpenApiDocument,
  type Response,
} from './open-api.js'

/** Headers that an answer has only sometimes: when the profile was merged, when the body is compressed. */
const OCCASIONAL_HEADERS = ['Content-Encoding', 'Canonical-Profile-Id']
const ERROR_KEYS = ['code', 'message', 'more_info', 'status']
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Tells what is wrong with the answers of a server, by one document. */
export interface Judge {
  readonly operations: ReadonlyMap<string, DocumentedOperation>
  /** Everything in which the answer is not as documented. */
  judge(operationId: string, answer: Answer): string[]
}

export function createJudge(document: OpenApiDocument): Judge {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false })
  formats.default(ajv)
  ajv.addSchema(document, 'document')
  const operations = new Map(listOperations(document).map((operation) => [operation.operationId, operation]))
  const compiled = new WeakMap<JsonSchema, ValidateFunction>()
  const validate = (schema: JsonSchema, value: unknown): string[] => {
    const check = compiled.get(schema) ?? ajv.compile(locate(schema))
    compiled.set(schema, check)
    return check(value) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
  return {
    operations,
    judge: (operationId, answer) => {
      const response = operations.get(operationId)?.responses[answer.status]
      if (response === undefined) return [`status ${answer.status} is not documented`]
      return [...judgeHeaders(response, answer, validate), ...judgeBody(response, answer, validate)]
    },
  }
}

/** The same schema with references that lead into the document, wherever the schema is compiled. */
function locate(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/')) as JsonSchema
}

type Validate = (schema: JsonSchema, value: unknown) => string[]

function judgeHeaders(response: Response, { headers }: Answer, validate: Validate): string[] {
  return Object.entries(response.headers ?? {}).flatMap(([name, { schema = {} }]) => {
    const text = headers.get(name)
    if (text === null) return OCCASIONAL_HEADERS.includes(name) ? [] : [`header ${name} is missing`]
    const value = schema.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text
    return validate(schema, value).map((problem) => `header ${name}: ${problem}`)
  })
}

function judgeBody(response: Response, { status, body }: Answer, validate: Validate): string[] {
  const schema = jsonSchemaOf(response)
  if (schema === undefined) return []
  if (typeof body !== 'object') return ['the body is no JSON object']
  const problems = validate(schema, body).map((problem) => `body${problem}`)
  return status < 400 ? problems : [...problems, ...judgeError(status, body)]
}

function judgeError(status: number, body: Record<string, unknown>): string[] {
  const problems: string[] = []
  const keys = Object.keys(body).sort()
  if (keys.join() !== ERROR_KEYS.join()) problems.push(`an error has the keys ${keys}`)
  if (body.status !== status) problems.push(`body.status is ${body.status}`)
  if (!body.message) problems.push('body.message is empty')
  return problems
}

/** What holds for every answer, whatever the documents say. */
export function judgeAlways({ status, headers, body }: Answer, origin: string): string[] {
  const problems: string[] = []
  const requestId = headers.get('twilio-request-id')
  if (!/^RQ[0-9a-f]{32}$/.test(requestId ?? '')) problems.push(`Twilio-Request-Id is ${requestId}`)
  problems.push(...findBadTimes(body, 'body'))
  if (body?.meta?.key !== undefined && body.traitGroup === undefined && !Array.isArray(body[body.meta.key])) {
    problems.push(`meta.key is ${body.meta.key}, which is no array`)
  }
  if (headers.has('operation-id') && status === 202) {
    const location = headers.get('location')
    const expected = `${origin}/v1/ControlPlane/Operations/${headers.get('operation-id')}`
    if (location !== expected || body.statusUrl !== expected) problems.push(`Location is ${location}, not ${expected}`)
  }
  return problems
}

/** Times are in UTC and in milliseconds. */
function findBadTimes(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, child]) =>
    typeof child === 'string' && /(At|timestamp)$/.test(name) && !TIME.test(child)
      ? [`${path}.${name} is ${child}`]
      : findBadTimes(child, `${path}.${name}`),
  )
}

/**
 * The same document with every object closed, so that a property which is not in it is found.
 */
export function closeObjects<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(closeObjects) as T
  const closed = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, closeObjects(child)]))
  const isOpen =
    closed.type === 'object' && closed.properties !== undefined && closed.additionalProperties === undefined
  return (isOpen ? { ...closed, additionalProperties: false } : closed) as T
}

/** Whether a status that the document does not know is meant. */
export function isMeantStatus(operationId: string, status: number): boolean {
  return findDeviation({ operationId, where: `status ${status}` }) !== undefined
}
