import { type FlatSchema, flatten } from './flat-schema.js'
import {
  type DocumentedOperation,
  type JsonSchema,
  jsonSchemaOf,
  type OpenApiDocument,
  type Parameter,
  type Response,
} from './open-api.js'

/** One way in which an operation of ours is not the document's. */
export interface Difference {
  readonly operationId: string
  /** Where: `request.traits.* maxProperties`, `query pageSize maximum`, `200.meta.key type`, `status 409`. */
  readonly where: string
  readonly official: unknown
  readonly ours: unknown
}

/**
 * Requests must be taken exactly as documented. Answers may promise more than the document does (a property that is
 * always there, a tighter bound), because a client that expects the document's answer understands such an answer too.
 */
type Direction = 'request' | 'response'

interface Pair<T> {
  readonly official: T
  readonly ours: T
}

type Finding = Omit<Difference, 'operationId'>

/** Every difference between two descriptions of one operation. */
export function compareOperations(
  documents: Pair<OpenApiDocument>,
  official: DocumentedOperation,
  ours: DocumentedOperation,
): Difference[] {
  const findings = [
    ...different('method', official.method, ours.method),
    ...different('path', official.path, ours.path),
    ...compareParameters(documents, official, ours),
    ...compareRequestBodies(documents, official, ours),
    ...compareStatuses(official, ours),
    ...Object.entries(official.responses).flatMap(([status, response]) =>
      compareResponses(documents, status, { official: response, ours: ours.responses[status] }),
    ),
  ]
  return findings.map((finding) => ({ operationId: official.operationId, ...finding }))
}

function different(where: string, official: unknown, ours: unknown): Finding[] {
  return JSON.stringify(official) === JSON.stringify(ours) ? [] : [{ where, official, ours }]
}

function compareParameters(
  documents: Pair<OpenApiDocument>,
  official: DocumentedOperation,
  ours: DocumentedOperation,
): Finding[] {
  const key = ({ in: location, name }: Parameter) => `${location} ${location === 'header' ? name.toLowerCase() : name}`
  const officialByKey = new Map(official.parameters.map((parameter) => [key(parameter), parameter]))
  const oursByKey = new Map(ours.parameters.map((parameter) => [key(parameter), parameter]))
  return [...new Set([...officialByKey.keys(), ...oursByKey.keys()])].flatMap((where) => {
    const one = officialByKey.get(where)
    const other = oursByKey.get(where)
    if (one === undefined || other === undefined) return different(where, presence(one), presence(other))
    return [
      ...different(`${where} required`, one.required === true, other.required === true),
      ...compareSchemas(documents, { official: one.schema, ours: other.schema }, where, 'request'),
    ]
  })
}

function presence(value: unknown): string {
  return value === undefined ? 'absent' : 'present'
}

function compareRequestBodies(
  documents: Pair<OpenApiDocument>,
  official: DocumentedOperation,
  ours: DocumentedOperation,
): Finding[] {
  const one = official.requestBody
  const other = ours.requestBody
  if (one === undefined || other === undefined) return different('request', presence(one), presence(other))
  return [
    ...different('request required', one.required === true, other.required === true),
    ...compareSchemas(documents, { official: jsonSchemaOf(one), ours: jsonSchemaOf(other) }, 'request', 'request'),
  ]
}

function compareStatuses(official: DocumentedOperation, ours: DocumentedOperation): Finding[] {
  const statuses = new Set([...Object.keys(official.responses), ...Object.keys(ours.responses)])
  return [...statuses].flatMap((status) =>
    different(`status ${status}`, presence(official.responses[status]), presence(ours.responses[status])),
  )
}

function compareResponses(
  documents: Pair<OpenApiDocument>,
  status: string,
  { official, ours }: { official: Response; ours: Response | undefined },
): Finding[] {
  if (ours === undefined) return []
  const schemas = { official: jsonSchemaOf(official), ours: jsonSchemaOf(ours) }
  const headers = Object.entries(official.headers ?? {}).flatMap(([name, header]) => {
    const where = `${status} header ${name}`
    const own = ours.headers?.[name]
    if (own === undefined) return different(where, 'present', 'absent')
    return compareSchemas(documents, { official: header.schema, ours: own.schema }, where, 'response')
  })
  return [...headers, ...compareSchemas(documents, schemas, status, 'response')]
}

function compareSchemas(
  documents: Pair<OpenApiDocument>,
  schemas: Pair<JsonSchema | undefined>,
  where: string,
  direction: Direction,
): Finding[] {
  if (schemas.official === undefined || schemas.ours === undefined) {
    return different(where, presence(schemas.official), presence(schemas.ours))
  }
  const official = flatten({ document: documents.official, schema: schemas.official })
  const ours = flatten({ document: documents.ours, schema: schemas.ours })
  const deeper = (pair: Pair<JsonSchema | undefined>, name: string) =>
    compareSchemas(documents, pair, `${where}${name}`, direction)
  return [
    ...compareKeywords(official, ours, where, direction),
    ...compareRequired(official, ours, where, direction),
    ...unionOfKeys(official.properties, ours.properties).flatMap((name) =>
      deeper({ official: official.properties[name], ours: ours.properties[name] }, `.${name}`),
    ),
    ...compareOthers(official, ours, where, direction, deeper),
    ...(official.items === undefined && ours.items === undefined
      ? []
      : deeper({ official: official.items, ours: ours.items }, '[]')),
    ...Array.from({ length: Math.max(official.alternatives.length, ours.alternatives.length) }).flatMap((_, index) =>
      deeper({ official: official.alternatives[index], ours: ours.alternatives[index] }, `|${index + 1}`),
    ),
  ]
}

function unionOfKeys(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
}

function compareKeywords(official: FlatSchema, ours: FlatSchema, where: string, direction: Direction): Finding[] {
  return unionOfKeys(official.keywords, ours.keywords).flatMap((keyword) => {
    const one = official.keywords[keyword]
    const other = ours.keywords[keyword]
    if (direction === 'response' && isNoWider(keyword, one, other, ours)) return []
    return different(`${where} ${keyword}`, sorted(keyword, one), sorted(keyword, other))
  })
}

function sorted(keyword: string, value: unknown): unknown {
  return keyword === 'enum' && Array.isArray(value) ? [...value].sort() : value
}

/** Whether every value that ours allows is one that the official keyword allows. */
function isNoWider(keyword: string, official: unknown, ours: unknown, schema: FlatSchema): boolean {
  if (keyword === 'default') return true
  if (keyword === 'nullable') return ours !== true || official === true
  if (official === undefined) return true
  if (keyword === 'maxProperties' && ours === undefined) {
    return schema.others === false && Object.keys(schema.properties).length <= Number(official)
  }
  if (ours === undefined) return false
  if (keyword === 'enum') return (ours as unknown[]).every((value) => (official as unknown[]).includes(value))
  if (keyword.startsWith('min')) return Number(ours) >= Number(official)
  if (keyword.startsWith('max')) return Number(ours) <= Number(official)
  return ours === official
}

function compareRequired(official: FlatSchema, ours: FlatSchema, where: string, direction: Direction): Finding[] {
  const isEnough = official.required.every((name) => ours.required.includes(name))
  if (direction === 'response' && isEnough) return []
  return different(`${where} required`, official.required, ours.required)
}

function compareOthers(
  official: FlatSchema,
  ours: FlatSchema,
  where: string,
  direction: Direction,
  deeper: (pair: Pair<JsonSchema | undefined>, name: string) => Finding[],
): Finding[] {
  if (official.others !== false && ours.others !== false) {
    return Object.keys(official.others).length + Object.keys(ours.others).length === 0
      ? []
      : deeper({ official: official.others, ours: ours.others }, '.*')
  }
  if (direction === 'response' && ours.others === false) return []
  return different(`${where} additionalProperties`, official.others, ours.others)
}
