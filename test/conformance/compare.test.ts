import { describe, expect, it } from 'vitest'
import { compareOperations } from './compare.js'
import { type JsonSchema, listOperations, type OpenApiDocument } from './open-api.js'

const SCHEMAS = {
  Id: { type: 'string', pattern: '^a$', description: 'An id' },
  Meta: { type: 'object', properties: { key: { type: 'string', maxLength: 64 } }, maxProperties: 1 },
}

interface Sides {
  readonly request?: JsonSchema
  readonly response?: JsonSchema
  readonly query?: JsonSchema
  readonly statuses?: readonly string[]
}

function toDocument({ request = {}, response = {}, query = {}, statuses = [] }: Sides): OpenApiDocument {
  const content = (schema: JsonSchema) => ({ content: { 'application/json': { schema } } })
  const refusals = Object.fromEntries(statuses.map((status) => [status, { $ref: '#/components/responses/No' }]))
  return {
    paths: {
      '/things': {
        parameters: [{ $ref: '#/components/parameters/Page' }],
        post: {
          operationId: 'CreateThing',
          requestBody: { required: true, ...content(request) },
          responses: { 202: content(response), ...refusals },
        },
      },
    },
    components: {
      schemas: SCHEMAS,
      parameters: { Page: { name: 'page', in: 'query', schema: query } },
      responses: { No: content({ type: 'object' }) },
    },
  }
}

/** Where two documents differ that are the same but for these parts. */
function differ(official: Sides, ours: Sides): string[] {
  const documents = { official: toDocument(official), ours: toDocument(ours) }
  const [one] = listOperations(documents.official)
  const [other] = listOperations(documents.ours)
  if (one === undefined || other === undefined) throw new Error('no operation')
  return compareOperations(documents, one, other).map(({ where }) => where)
}

const closed = (properties: JsonSchema): JsonSchema => ({ type: 'object', properties, additionalProperties: false })

describe('compareOperations', () => {
  it.each<[string, Sides, Sides]>([
    [
      'a reference and what it stands for',
      { request: { $ref: '#/components/schemas/Id' } },
      { request: { type: 'string', pattern: '^a$' } },
    ],
    [
      'allOf and the merged schema',
      { response: { allOf: [{ $ref: '#/components/schemas/Meta' }], properties: { key: {} } } },
      { response: { type: 'object', properties: { key: { type: 'string', maxLength: 64 } }, maxProperties: 1 } },
    ],
    ['a single alternative and itself', { request: { oneOf: [{ type: 'string' }] } }, { request: { type: 'string' } }],
    ['enums in another order', { query: { enum: ['A', 'B'] } }, { query: { enum: ['B', 'A'] } }],
    [
      'a full object and a closed one',
      { request: { type: 'object', properties: { a: {} }, required: ['a'], maxProperties: 1 } },
      { request: { ...closed({ a: {} }), required: ['a'] } },
    ],
    [
      'an answer that promises more',
      { response: { type: 'object', properties: { a: {} } } },
      { response: { ...closed({ a: {} }), required: ['a'] } },
    ],
    ['an answer with tighter bounds', { response: { type: 'string' } }, { response: { type: 'string', maxLength: 9 } }],
  ])('takes for equal: %s', (_, official, ours) => {
    expect(differ(official, ours)).toEqual([])
  })

  it.each<[string, Sides, Sides]>([
    ['query page maximum', { query: { maximum: 10 } }, { query: { maximum: 11 } }],
    ['query page default', { query: { default: 1 } }, { query: {} }],
    ['request required', { request: { required: ['a'] } }, { request: {} }],
    ['request.a', { request: { properties: { a: {} } } }, { request: {} }],
    ['request.a.b[] maxLength', nested('request', { maxLength: 5 }), nested('request', {})],
    ['request additionalProperties', { request: closed({}) }, { request: { type: 'object' } }],
    [
      'request.* maxProperties',
      { request: { additionalProperties: { maxProperties: 9 } } },
      { request: { additionalProperties: { maxProperties: 8 } } },
    ],
    [
      'request|2 type',
      { request: { oneOf: [{}, { type: 'string' }] } },
      { request: { oneOf: [{}, { type: 'number' }] } },
    ],
    ['202.a.b[] type', nested('response', { type: 'string' }), nested('response', { type: 'integer' })],
    ['202 required', { response: { required: ['a'] } }, { response: {} }],
    ['202 maxLength', { response: { maxLength: 5 } }, { response: { maxLength: 6 } }],
    ['202 enum', { response: { enum: ['A'] } }, { response: { enum: ['A', 'B'] } }],
    ['202 nullable', { response: {} }, { response: { nullable: true } }],
    ['202 additionalProperties', { response: closed({}) }, { response: { type: 'object' } }],
    ['status 404', { statuses: ['404'] }, {}],
    ['status 409', {}, { statuses: ['409'] }],
  ])('finds %s', (where, official, ours) => {
    expect(differ(official, ours)).toContain(where)
  })
})

function nested(side: 'request' | 'response', schema: JsonSchema): Sides {
  return { [side]: { properties: { a: { properties: { b: { type: 'array', items: schema } } } } } }
}
