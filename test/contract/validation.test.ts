import Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { ID_PATTERNS } from '../../src/contract/ids.js'
import { buildOpenApiDocument } from '../../src/contract/openapi.js'
import { OPERATIONS } from '../../src/contract/operations.js'
import { findViolation } from '../../src/contract/validation.js'
import { malformed, UNKNOWN } from '../support/refusal.js'

const Person = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 3 }),
    age: Type.Optional(Type.Integer({ minimum: 0, maximum: 150 })),
    tags: Type.Optional(Type.Array(Type.Object({ id: Type.Number() }), { maxItems: 2 })),
    kind: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: ['a', 'b'] })),
  },
  { additionalProperties: false },
)

describe('findViolation', () => {
  it('finds nothing in what is valid, and changes nothing', () => {
    const value = Object.freeze({ name: 'Ann', age: 0, tags: Object.freeze([Object.freeze({ id: 1.5 })]), kind: 'b' })
    expect(findViolation(Person, value)).toBeUndefined()
  })

  it.each<[string, unknown, string, RegExp]>([
    ['nothing', undefined, '', /object/],
    ['an array', [], '', /./],
    ['a missing property', {}, 'name', /^is required$/],
    ['a wrong type', { name: 5 }, 'name', /string/],
    ['a text for a number', { name: 'x', age: '5' }, 'age', /integer/],
    ['a fraction', { name: 'x', age: 1.5 }, 'age', /integer/],
    ['too small a number', { name: 'x', age: -1 }, 'age', /0/],
    ['too large a number', { name: 'x', age: 151 }, 'age', /150/],
    ['too short a text', { name: '' }, 'name', /1/],
    ['too long a text', { name: 'abcd' }, 'name', /3/],
    ['too many items', { name: 'x', tags: [{ id: 1 }, { id: 2 }, { id: 3 }] }, 'tags', /2/],
    ['a deep fault', { name: 'x', tags: [{ id: 1 }, { id: 'x' }] }, 'tags[1].id', /number/],
    ['a value that is no choice', { name: 'x', kind: 'c' }, 'kind', /^must be one of "a", "b"$/],
    ['an unknown property', { name: 'x', more: 1 }, 'more', /^is not a known property$/],
    ['null', { name: 'x', age: null }, 'age', /integer/],
  ])('names the field of %s', (_, value, field, reason) => {
    const violation = findViolation(Person, value)
    expect(violation?.field).toBe(field)
    expect(violation?.reason).toMatch(reason)
  })

  it('names fields whose names need escaping', () => {
    const Free = Type.Object({ 'a/b~c': Type.Object({ d: Type.String() }) })
    expect(findViolation(Free, { 'a/b~c': { d: 1 } })?.field).toBe('a/b~c.d')
  })
})

describe('id patterns', () => {
  it('take well-formed ids and no others', () => {
    for (const kind of ['store', 'profile', 'import', 'operation'] as const) {
      const pattern = new RegExp(ID_PATTERNS[kind])
      expect(pattern.test(UNKNOWN[kind])).toBe(true)
      for (const id of malformed(UNKNOWN[kind])) expect(pattern.test(id), id).toBe(false)
    }
    expect(new RegExp(ID_PATTERNS.store).test(UNKNOWN.olderStore)).toBe(true)
  })
})

describe('operations', () => {
  it('have names and addresses of their own', () => {
    const names = OPERATIONS.map(({ operationId }) => operationId)
    const addresses = OPERATIONS.map(({ method, url }) => `${method} ${url}`)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(addresses).size).toBe(addresses.length)
  })

  it('all stand in the OpenAPI document, which is plain JSON', () => {
    const document = buildOpenApiDocument('1.0.0', 'http://memory.example.com') as {
      paths: Record<string, Record<string, { operationId: string; responses: object }>>
    }
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
    const described = Object.values(document.paths).flatMap((path) => Object.values(path))
    expect(described.map(({ operationId }) => operationId).sort()).toEqual(
      OPERATIONS.map(({ operationId }) => operationId).sort(),
    )
    for (const path of Object.keys(document.paths)) expect(path).not.toContain(':')
    for (const { responses } of described) expect(Object.keys(responses).some((status) => status < '300')).toBe(true)
  })
})
