import { describe, expect, it } from 'vitest'
import { checkTraits, promoteIdentifiers, readCell } from '../../src/domain/trait.js'
import { storeSchema, traitRule } from '../support/schema.js'

const short = {
  ...traitRule('STRING'),
  findViolation: (value: unknown) => (value === 'no' ? 'must not be no' : undefined),
}
const schema = storeSchema({
  Contact: { email: traitRule('STRING', 'email'), phone: traitRule('STRING', 'phone'), name: traitRule('STRING') },
  Facts: {
    age: traitRule('NUMBER'),
    vip: traitRule('BOOLEAN'),
    tags: traitRule('ARRAY'),
    answer: short,
    member: traitRule('NUMBER', 'chat'),
    consent: traitRule('BOOLEAN', 'chat'),
    aliases: traitRule('ARRAY', 'chat'),
    gone: traitRule('STRING', 'loyalty'),
  },
})

describe('checkTraits', () => {
  it('keeps every value as it is, also those that look like nothing', () => {
    const traits = {
      Contact: { name: '' },
      Facts: { age: 0, vip: false, tags: [], answer: ' ' },
    }
    const changes = checkTraits(schema, traits)
    expect(changes.map(({ group, name, value }) => [group, name, value])).toEqual([
      ['Contact', 'name', ''],
      ['Facts', 'age', 0],
      ['Facts', 'vip', false],
      ['Facts', 'tags', []],
      ['Facts', 'answer', ' '],
    ])
  })

  it('takes null for a removal, whatever the type', () => {
    const changes = checkTraits(schema, { Contact: { email: null }, Facts: { age: null, tags: null } })
    expect(changes.map(({ value, idType }) => [value, idType])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ])
  })

  it.each([
    ['Contact', 'name', 1],
    ['Contact', 'name', true],
    ['Contact', 'name', ['x']],
    ['Contact', 'name', {}],
    ['Facts', 'age', '1'],
    ['Facts', 'age', true],
    ['Facts', 'age', Number.POSITIVE_INFINITY],
    ['Facts', 'age', Number.NaN],
    ['Facts', 'vip', 'true'],
    ['Facts', 'vip', 0],
    ['Facts', 'tags', 'x'],
    ['Facts', 'tags', { 0: 'x' }],
    ['Facts', 'tags', [null]],
    ['Facts', 'tags', [['x']]],
    ['Facts', 'tags', [{}]],
    ['Facts', 'tags', [Number.NEGATIVE_INFINITY]],
  ])('refuses %s.%s = %j without bending it', (group, name, value) => {
    expect(() => checkTraits(schema, { [group]: { [name]: value } })).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(`traits.${group}.${name} must be a`) }),
    )
  })

  it.each([
    ['Nowhere', 'name'],
    ['Contact', 'nothing'],
    ['contact', 'email'],
    ['constructor', 'name'],
    ['Contact', 'constructor'],
    ['Contact', 'toString'],
    ['Contact', ''],
    ['', ''],
  ])('does not know %j.%j', (group, name) => {
    expect(() => checkTraits(schema, { [group]: { [name]: 'x' } })).toThrow(
      expect.objectContaining({ status: 400, message: `Trait not registered for this service: ${group}.${name}` }),
    )
  })

  it('names the field and its place in a batch', () => {
    expect(() => checkTraits(schema, { Facts: { answer: 'no' } }, 'profiles[3].')).toThrow(
      'profiles[3].traits.Facts.answer must not be no',
    )
    expect(() => checkTraits(schema, { Facts: { nothing: 1 } }, 'profiles[3].')).toThrow(/profiles\[3\]/)
  })
})

describe('promoteIdentifiers', () => {
  const promote = (traits: Record<string, Record<string, unknown>>) =>
    promoteIdentifiers(schema, checkTraits(schema, traits))

  it('normalises the values of promoted traits and leaves the others', () => {
    const contact = { email: ' Ann@Example.com ', phone: '(317) 555-0100', name: 'Ann' }
    expect(promote({ Contact: contact, Facts: { member: 7 } })).toEqual([
      { idType: 'email', value: 'ann@example.com' },
      { idType: 'phone', value: '+13175550100' },
      { idType: 'chat', value: '7' },
    ])
  })

  it('finds nobody in blank, boolean, array and removed values, and in a type the store does not have', () => {
    expect(promote({ Contact: { email: '  ', phone: 'n/a' } })).toEqual([])
    expect(promote({ Facts: { consent: true, aliases: ['ann'], gone: 'x' } })).toEqual([])
    expect(promote({ Contact: { email: null } })).toEqual([])
  })

  it('promotes a value once', () => {
    expect(promote({ Facts: { member: 7 }, Contact: { email: 'a@b.c' } })).toHaveLength(2)
    const twice = storeSchema({ A: { one: traitRule('STRING', 'email'), two: traitRule('STRING', 'email') } })
    const changes = checkTraits(twice, { A: { one: 'A@b.c', two: 'a@b.c' } })
    expect(promoteIdentifiers(twice, changes)).toEqual([{ idType: 'email', value: 'a@b.c' }])
  })

  it('refuses a value that is longer than an identifier may be', () => {
    const email = (length: number) => promote({ Contact: { email: 'x'.repeat(length) } })
    expect(email(255)).toHaveLength(1)
    expect(() => email(256)).toThrow(/traits\.Contact\.email .*255/)
  })
})

describe('readCell', () => {
  it.each([
    ['STRING', '', ''],
    ['STRING', ' x ', ' x '],
    ['NUMBER', '0', 0],
    ['NUMBER', ' -1.5e3 ', -1500],
    ['NUMBER', '.5', 0.5],
    ['BOOLEAN', 'true', true],
    ['BOOLEAN', ' False ', false],
    ['ARRAY', '[]', []],
    ['ARRAY', '["a", 1, true]', ['a', 1, true]],
  ] as const)('reads a %s from %j', (dataType, text, value) => {
    expect(readCell(traitRule(dataType), text)).toEqual({ value })
  })

  it.each([
    ['NUMBER', ''],
    ['NUMBER', '1,5'],
    ['NUMBER', '0x10'],
    ['NUMBER', 'Infinity'],
    ['NUMBER', '1e999'],
    ['BOOLEAN', ''],
    ['BOOLEAN', 'yes'],
    ['BOOLEAN', '1'],
    ['BOOLEAN', 'constructor'],
    ['BOOLEAN', '__proto__'],
    ['ARRAY', ''],
    ['ARRAY', 'a;b'],
    ['ARRAY', '{}'],
    ['ARRAY', '[null]'],
    ['ARRAY', '[[1]]'],
    ['ARRAY', '[1e999]'],
  ] as const)('gives a reason why no %s can be read from %j', (dataType, text) => {
    expect(readCell(traitRule(dataType), text)).toEqual({ reason: `is no ${dataType}` })
  })

  it('applies the rule of the trait to the value', () => {
    expect(readCell(short, 'no')).toEqual({ reason: 'must not be no' })
    expect(readCell(short, 'yes')).toEqual({ value: 'yes' })
  })
})
