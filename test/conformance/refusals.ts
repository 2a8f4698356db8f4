import { type Breakage, breakValue } from './breakage.js'
import type { Call } from './exercises/exercise.js'
import { flatten } from './flat-schema.js'
import {
  type DocumentedOperation,
  type JsonSchema,
  jsonSchemaOf,
  type OpenApiDocument,
  type Parameter,
} from './open-api.js'

/** A call that must be refused. */
export interface Refused extends Call {
  readonly name: string
  /** Error code, where one is fixed. */
  readonly code?: number
  /** What the message must name. */
  readonly names?: string
  /** Sent as it is, instead of the JSON of `body`. */
  readonly rawBody?: string
  /** Whose credentials, or which header; absent: those of the account. */
  readonly credentials?: 'stranger' | 'none' | 'wrong' | 'bearer'
}

interface Sample {
  readonly malformed: string
  readonly malformedCode?: number
  /** Absent: there are no unknown ones. */
  readonly unknown?: string
  readonly unknownStatus?: number
  readonly unknownCode?: number
}

const ULID = '0'.repeat(26)

/** Path parameters that are malformed, and well-formed but unknown. A parameter that is not here fails the tests. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  storeId: {
    malformed: `mem_profile_${ULID}`,
    malformedCode: 520049,
    unknown: `mem_store_${ULID}`,
    unknownCode: 520041,
  },
  profileId: { malformed: `mem_store_${ULID}`, unknown: `mem_profile_${ULID}`, unknownCode: 20404 },
  importId: { malformed: 'x', unknown: `mem_import_${ULID}`, unknownCode: 20404 },
  operationId: { malformed: 'x', malformedCode: 520051, unknown: `mem_operation_${ULID}`, unknownCode: 20404 },
  dataMappingId: { malformed: 'x', unknown: `mem_datamapping_${ULID}`, unknownCode: 520048 },
  observationId: { malformed: 'x', unknown: `mem_observation_${ULID}`, unknownCode: 20404 },
  summaryId: { malformed: 'x', unknown: `mem_summary_${ULID}`, unknownCode: 20404 },
  jobId: { malformed: 'x', unknown: `mem_job_${ULID}`, unknownCode: 20404 },
  // A conversation is what is said to belong to it: there is no unknown one.
  conversationId: { malformed: 'x' },
  traitGroupName: { malformed: 'x'.repeat(65), unknown: 'Unheard-of', unknownCode: 520047 },
  idType: { malformed: 'x', unknown: 'unheard-of', unknownStatus: 400 },
}

/** Largest JSON body of the tested server, so that one over it is small. */
export const BODY_LIMIT_BYTES = 64 * 1024

/** Every refusal that follows from the description of an operation, made from a call that succeeds. */
export function deriveRefusals(document: OpenApiDocument, operation: DocumentedOperation, valid: Call): Refused[] {
  return [
    ...refuseCredentials(valid),
    ...operation.parameters.flatMap((parameter) => refuseParameter(document, parameter, valid)),
    ...(operation.requestBody === undefined ? [] : refuseBodies(document, operation, valid)),
  ]
}

function refuseCredentials(valid: Call): Refused[] {
  const refused = (['none', 'wrong', 'bearer'] as const).map((credentials): Refused => {
    return { ...valid, name: `credentials: ${credentials}`, credentials, status: 401, code: 20003 }
  })
  if (valid.params === undefined) return refused
  return [...refused, { ...valid, name: 'another account', credentials: 'stranger', status: 404 }]
}

function refuseParameter(document: OpenApiDocument, parameter: Parameter, valid: Call): Refused[] {
  switch (parameter.in) {
    case 'path':
      return refusePathParameter(parameter.name, valid)
    case 'query':
      return refuseQueryParameter(document, parameter, valid)
    default:
      return refuseHeader(parameter.name, valid)
  }
}

function refusePathParameter(name: string, valid: Call): Refused[] {
  const sample = SAMPLES[name]
  if (sample === undefined) throw new Error(`test/conformance/refusals.ts has no sample for the path parameter ${name}`)
  const { malformed, malformedCode, unknown, unknownStatus = 404, unknownCode } = sample
  const change = (value: string) => ({ ...valid, params: { ...valid.params, [name]: value } })
  const refuseMalformed: Refused = {
    ...change(malformed),
    name: `malformed ${name}`,
    status: 400,
    names: name,
    ...(malformedCode !== undefined && { code: malformedCode }),
  }
  if (unknown === undefined) return [refuseMalformed]
  const refuseUnknown: Refused = {
    ...change(unknown),
    name: `unknown ${name}`,
    status: unknownStatus,
    names: unknown,
    ...(unknownCode !== undefined && { code: unknownCode }),
  }
  return [refuseMalformed, refuseUnknown]
}

function refuseQueryParameter(document: OpenApiDocument, { name, schema = {} }: Parameter, valid: Call): Refused[] {
  const refuse = (rule: string, value: string): Refused => ({
    ...valid,
    name: `query ${name}: ${rule}`,
    query: { ...valid.query, [name]: value },
    status: 400,
    names: name,
  })
  if (name === 'pageToken')
    return [refuse('foreign', 'eyJhIjoxfQ'), refuse('maxLength', 'a'.repeat(4097)), refuse('empty', '')]
  const { type } = flatten({ document, schema }).keywords
  return breakValue(document, schema, '')
    .filter(({ rule, value }) => rule !== 'null' && !(type === 'string' && rule === 'type') && value !== undefined)
    .map(({ rule, value }) => refuse(rule, String(value)))
}

function refuseHeader(name: string, valid: Call): Refused[] {
  const refuse = (rule: string, value: string): Refused => ({
    ...valid,
    name: `header ${name}: ${rule}`,
    headers: { ...valid.headers, [name]: value },
    status: 400,
  })
  if (name === 'If-Match') return [refuse('maxLength', `"${'a'.repeat(100)}"`)]
  if (name === 'Content-Encoding') return [refuse('unknown', 'snow'), refuse('not what it says', 'gzip')]
  if (name === 'Accept-Encoding') return []
  throw new Error(`test/conformance/refusals.ts does not know how to break the header ${name}`)
}

function refuseBodies(document: OpenApiDocument, operation: DocumentedOperation, valid: Call): Refused[] {
  const schema = jsonSchemaOf(operation.requestBody) as JsonSchema
  const isNeeded = operation.requestBody?.required === true || flatten({ document, schema }).required.length > 0
  const raw = (name: string, rawBody: string, status = 400): Refused => ({ ...valid, name, rawBody, status })
  return [
    ...breakValue(document, schema, valid.body)
      .filter(isSendable)
      .map(({ field, rule, value }): Refused => {
        const names = /(\w+)(\[\d+\])*$/.exec(field)?.[1]
        return {
          ...valid,
          name: `body ${field}: ${rule}`,
          body: value,
          status: 400,
          ...(names !== undefined && { names }),
        }
      }),
    raw('body: malformed JSON', '{"a":'),
    raw('body: a text', '"text"'),
    raw('body: too large', JSON.stringify(valid.body) + ' '.repeat(BODY_LIMIT_BYTES), 413),
    ...(isNeeded ? [raw('body: nothing', '')] : []),
  ]
}

/** Some texts may be larger than a whole request of the tested server. */
function isSendable({ value }: Breakage): boolean {
  return JSON.stringify(value).length < BODY_LIMIT_BYTES
}
