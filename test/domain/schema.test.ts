import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TraitValue } from '../../src/contract/profile.js'
import type { TraitDefinition } from '../../src/contract/trait-group.js'
import { loadSchema, type StoreSchema } from '../../src/domain/schema.js'
import { createCacheUse } from '../../src/metrics/cache-use.js'
import type { StoreScope } from '../../src/scope.js'
import { insertTraitGroup } from '../../src/storage/trait-group.js'
import { openTestDatabase, type TestDatabase } from '../support/database.js'

let database: TestDatabase

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

let stores = 0

/** The schema of a store that has one trait group, `Rules`. */
async function schemaOf(traits: Record<string, TraitDefinition>): Promise<StoreSchema> {
  stores += 1
  const scope = { accountSid: 'AC1', storeId: `store-${stores}`, schemaVersion: 1 } as StoreScope
  await database.db.transaction((trx) =>
    insertTraitGroup(trx, scope, {
      name: 'Rules',
      description: undefined,
      traits,
      version: 1,
      createdAt: 1,
      updatedAt: 1,
    }),
  )
  return loadSchema(newContext(), database.db.read, scope)
}

function newContext() {
  return { schemas: new Map(), metrics: { caches: createCacheUse() } }
}

async function violationOf(definition: TraitDefinition, value: TraitValue): Promise<string | undefined> {
  const schema = await schemaOf({ trait: definition })
  return schema.traits.get('Rules')?.get('trait')?.findViolation(value)
}

describe('validation rules', () => {
  it('counts the characters of a text, not its code units', async () => {
    const rule: TraitDefinition = {
      dataType: 'STRING',
      validationRule: { ruleType: 'STRING', minLength: 2, maxLength: 3 },
    }
    expect(await violationOf(rule, '😀😀😀')).toBeUndefined()
    expect(await violationOf(rule, '😀')).toBe('must have at least 2 characters')
    expect(await violationOf(rule, 'abcd')).toBe('must not have more than 3 characters')
  })

  it('searches the pattern in the text, as its anchors say', async () => {
    const anchored: TraitDefinition = {
      dataType: 'STRING',
      validationRule: { ruleType: 'STRING', pattern: '^[A-Z]{2}$' },
    }
    expect(await violationOf(anchored, 'DE')).toBeUndefined()
    expect(await violationOf(anchored, 'DEU')).toBe('must match the pattern ^[A-Z]{2}$')
    expect(await violationOf(anchored, 'DE\n')).toBe('must match the pattern ^[A-Z]{2}$')
    const free: TraitDefinition = { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern: '@' } }
    expect(await violationOf(free, 'a@b')).toBeUndefined()
  })

  it('holds numbers within their bounds, which are inclusive', async () => {
    const rule: TraitDefinition = { dataType: 'NUMBER', validationRule: { ruleType: 'NUMBER', min: 0, max: 10 } }
    expect(await Promise.all([0, 10, 5.5].map((value) => violationOf(rule, value)))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(await violationOf(rule, -0.1)).toBe('must be at least 0')
    expect(await violationOf(rule, 10.1)).toBe('must be at most 10')
  })

  it('holds arrays to their number of items', async () => {
    const rule: TraitDefinition = { dataType: 'ARRAY', validationRule: { ruleType: 'ARRAY', minItems: 1, maxItems: 2 } }
    expect(await violationOf(rule, ['a', 'b'])).toBeUndefined()
    expect(await violationOf(rule, [])).toBe('must have at least 1 items')
    expect(await violationOf(rule, ['a', 'b', 'c'])).toBe('must not have more than 2 items')
  })

  it('admits everything without a rule, and both booleans', async () => {
    expect(await violationOf({ dataType: 'STRING' }, '')).toBeUndefined()
    const rule: TraitDefinition = { dataType: 'BOOLEAN', validationRule: { ruleType: 'BOOLEAN' } }
    expect(await violationOf(rule, false)).toBeUndefined()
  })
})

describe('loadSchema', () => {
  it('reads again when the version changed, and only then', async () => {
    const scope = { accountSid: 'AC1', storeId: 'cached', schemaVersion: 1 } as StoreScope
    const ctx = newContext()
    const first = await loadSchema(ctx, database.db.read, scope)
    expect(first.traits.size).toBe(0)
    await database.db.transaction((trx) =>
      insertTraitGroup(trx, scope, {
        name: 'New',
        description: undefined,
        traits: {},
        version: 1,
        createdAt: 1,
        updatedAt: 1,
      }),
    )
    expect(await loadSchema(ctx, database.db.read, scope)).toBe(first)
    expect([...(await loadSchema(ctx, database.db.read, { ...scope, schemaVersion: 2 })).traits.keys()]).toEqual([
      'New',
    ])
  })

  it('has the default identifier types where a store has no settings', async () => {
    const { identifierTypes, matchingRules } = await schemaOf({})
    expect([...identifierTypes.keys()]).toEqual(['email', 'phone', 'whatsapp', 'chat'])
    expect(matchingRules).toEqual(['email', 'phone', 'whatsapp', 'chat'])
  })
})
