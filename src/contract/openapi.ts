import type { TObject, TSchema } from 'typebox'
import { describeAnswers, type Operation } from './operation.js'
import { OPERATIONS } from './operations.js'

interface PropertySchema {
  description?: string
  [key: string]: unknown
}

function describeParameters(schema: TSchema | undefined, location: 'path' | 'query' | 'header'): object[] {
  if (schema === undefined) return []
  const { properties, required = [] } = schema as TObject
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as PropertySchema
    return {
      name,
      in: location,
      required: location === 'path' || (required as readonly string[]).includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

function describeOperation(operation: Operation): object {
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    tags: [operation.tag],
    parameters: [
      ...describeParameters(operation.params, 'path'),
      ...describeParameters(operation.query, 'query'),
      ...describeParameters(operation.headers, 'header'),
    ],
    ...(operation.body !== undefined && {
      requestBody: {
        required: operation.bodyOptional !== true,
        content: { 'application/json': { schema: operation.body } },
      },
    }),
    // A signed URL is its own credential.
    ...(operation.anonymous && { security: [] }),
    responses: describeAnswers(operation),
  }
}

/**
 * The OpenAPI 3.0.3 document of everything this server answers, made from the contract alone.
 *
 * @param version version of the server
 * @param origin absolute origin of the server, or nothing for a relative one
 */
export function buildOpenApiDocument(version: string, origin = '/'): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of OPERATIONS) {
    const path = operation.url.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describeOperation(operation) }
  }
  return {
    openapi: '3.0.3',
    info: {
      title: 'Recollect',
      version,
      description: 'Self-hosted customer memory, compatible with Twilio’s Memory API v1.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: origin }],
    security: [{ basic: [] }],
    paths,
    components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
  }
}
