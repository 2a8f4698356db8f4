import { expect, it } from 'vitest'
import type { TraitDefinition } from '../../src/contract/trait-group.js'
import { checkDefinitions } from '../../src/domain/trait-definition.js'
import { CONTACT_GROUP } from '../../src/domain/trait-group.js'
import { storeSchema } from '../support/schema.js'

const schema = storeSchema({})
const check = (definitions: Record<string, TraitDefinition>, maxTraits = 95) =>
  checkDefinitions(schema, definitions, maxTraits)

it('admits every type with a rule of its own', async () => {
  await check({
    plan: { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern: '^(free|paid)$' } },
    age: { dataType: 'NUMBER', validationRule: { ruleType: 'NUMBER', min: 0 } },
    vip: { dataType: 'BOOLEAN', validationRule: { ruleType: 'BOOLEAN' } },
    tags: { dataType: 'ARRAY', validationRule: { ruleType: 'ARRAY', maxItems: 3 } },
    handle: { dataType: 'STRING', idTypePromotion: 'chat' },
    ...Object.fromEntries([['constructor', { dataType: 'STRING' as const }]]),
  })
})

it.each<[string, TraitDefinition, RegExp]>([
  ['x', { dataType: '' }, /^traits\.x\.dataType must be one of/],
  [
    'x',
    { dataType: 'NUMBER', validationRule: { ruleType: 'STRING' } },
    /^traits\.x\.validationRule\.ruleType must be NUMBER/,
  ],
  [
    'x',
    { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern: '(' } },
    /^traits\.x\.validationRule\.pattern is no regular expression/,
  ],
  [
    'x',
    { dataType: 'STRING', idTypePromotion: 'loyalty' },
    /^traits\.x\.idTypePromotion must be an identifier type.*email/,
  ],
  ['', { dataType: 'STRING' }, /a trait name must have 1 to 64 characters/],
  ['x'.repeat(65), { dataType: 'STRING' }, /a trait name must have 1 to 64 characters/],
])('refuses the definition of %j: %j', async (name, definition, message) => {
  await expect(check({ [name]: definition })).rejects.toThrow(
    expect.objectContaining({ status: 400, message: expect.stringMatching(message) }),
  )
})

it('refuses more definitions than a group may have', async () => {
  const definitions = Object.fromEntries(
    Array.from({ length: 4 }, (_, index) => [`t${index}`, { dataType: 'STRING' as const }]),
  )
  await check(definitions, 4)
  await expect(check(definitions, 3)).rejects.toThrow(expect.objectContaining({ status: 400, code: 520054 }))
})

it('ships a group whose definitions it would admit', async () => {
  await check(CONTACT_GROUP.traits)
  const promoted = Object.entries(CONTACT_GROUP.traits).flatMap(([name, trait]) =>
    'idTypePromotion' in trait ? [[name, trait.idTypePromotion]] : [],
  )
  expect(promoted).toEqual(['email', 'phone', 'whatsapp', 'chat'].map((name) => [name, name]))
})
