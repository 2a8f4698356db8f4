/** A JSON Schema as it stands in a document: references unresolved, keywords unchecked. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: JsonSchema
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>>
}

export interface RequestBody extends Content {
  readonly required?: boolean
}

export interface Response extends Content {
  readonly headers?: Readonly<Record<string, { readonly schema?: JsonSchema }>>
}

interface OperationObject {
  readonly operationId: string
  readonly parameters?: readonly unknown[]
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, unknown>>
}

/** What the conformance tests read of an OpenAPI 3.0 document. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components?: unknown
}

/** One operation with the references of its outer parts resolved; schemas keep theirs. */
export interface DocumentedOperation {
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly requestBody: RequestBody | undefined
  readonly responses: Readonly<Record<string, Response>>
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** All operations of a document, by path and then by method. */
export function listOperations(document: OpenApiDocument): DocumentedOperation[] {
  return Object.keys(document.paths)
    .sort()
    .flatMap((path) => {
      const item = document.paths[path] ?? {}
      return METHODS.filter((method) => item[method] !== undefined).map((method) =>
        readOperation(document, path, method, item),
      )
    })
}

function readOperation(
  document: OpenApiDocument,
  path: string,
  method: string,
  item: Readonly<Record<string, unknown>>,
): DocumentedOperation {
  const operation = item[method] as OperationObject
  const shared = (item.parameters ?? []) as readonly unknown[]
  const responses = Object.entries(operation.responses).map(([status, response]) => [
    status,
    resolveHeaders(document, resolveReference(document, response) as Response),
  ])
  return {
    operationId: operation.operationId,
    method: method.toUpperCase(),
    path,
    parameters: [...shared, ...(operation.parameters ?? [])].map(
      (parameter) => resolveReference(document, parameter) as Parameter,
    ),
    requestBody: resolveReference(document, operation.requestBody) as RequestBody | undefined,
    responses: Object.fromEntries(responses),
  }
}

function resolveHeaders(document: OpenApiDocument, response: Response): Response {
  const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [
    name,
    resolveReference(document, header),
  ])
  return { ...response, headers: Object.fromEntries(headers) }
}

/**
 * What a `$ref` stands for, or the value itself when it is none.
 *
 * @throws Error for a reference that leads nowhere
 */
export function resolveReference(document: OpenApiDocument, value: unknown): unknown {
  const reference = (value as { $ref?: unknown } | undefined)?.$ref
  if (typeof reference !== 'string') return value
  let target: unknown = document
  for (const name of reference.replace(/^#\//, '').split('/')) target = (target as Record<string, unknown>)?.[name]
  if (target === undefined) throw new Error(`${reference} is not in the document`)
  return resolveReference(document, target)
}

/** The schema of a body in JSON, if it has one. */
export function jsonSchemaOf(content: Content | undefined): JsonSchema | undefined {
  return content?.content?.['application/json']?.schema
}

/** Whether a status is a success. */
export function isSuccess(status: number | string): boolean {
  return String(status).startsWith('2')
}
