import { describe, expect, it } from 'vitest'
import { UnreadableCsvError } from '../../../src/domain/imports/csv.js'
import { findColumns, readRow } from '../../../src/domain/imports/row.js'
import { storeSchema, traitRule } from '../../support/schema.js'

const schema = storeSchema({
  Contact: { email: traitRule('STRING', 'email'), name: traitRule('STRING') },
  Facts: { age: traitRule('NUMBER'), vip: traitRule('BOOLEAN'), tags: traitRule('ARRAY') },
})

const mapping = (columnName: string, trait: string) => {
  const [traitGroup = '', traitName = ''] = trait.split('.')
  return { columnName, traitGroup, traitName }
}
const mappings = [
  mapping('Mail', 'Contact.email'),
  mapping('Name', 'Contact.name'),
  mapping('Age', 'Facts.age'),
  mapping('VIP', 'Facts.vip'),
  mapping('Tags', 'Facts.tags'),
]
const columns = findColumns(['Mail', 'Name', 'Age', 'VIP', 'Tags'], mappings)

describe('findColumns', () => {
  it('finds each mapped column wherever it stands, and ignores the others', () => {
    const found = findColumns(['x', 'Tags', 'VIP', 'Age', 'y', 'Name', 'Mail'], mappings)
    expect(found.map(({ columnName, index }) => [columnName, index])).toEqual([
      ['Mail', 6],
      ['Name', 5],
      ['Age', 3],
      ['VIP', 2],
      ['Tags', 1],
    ])
  })

  it('may write one column to several traits', () => {
    const twice = [mapping('Mail', 'Contact.email'), mapping('Mail', 'Contact.name')]
    expect(findColumns(['Mail'], twice).map(({ index }) => index)).toEqual([0, 0])
  })

  it('refuses a header that names a column twice, mapped or not', () => {
    for (const header of [
      ['Mail', 'Name', 'Age', 'VIP', 'Tags', 'Mail'],
      ['Mail', 'Name', 'Age', 'VIP', 'Tags', 'x', 'x'],
    ]) {
      expect(() => findColumns(header, mappings)).toThrow(UnreadableCsvError)
    }
  })

  it('names every mapped column that is missing', () => {
    expect(() => findColumns(['mail', 'Name ', 'Age', 'VIP', 'Tags'], mappings)).toThrow(/"Mail", "Name"/)
    expect(() => findColumns([], mappings)).toThrow(UnreadableCsvError)
  })
})

describe('readRow', () => {
  const read = (fields: string[]) => {
    const { prepared, warnings } = readRow(schema, columns, fields)
    return { values: Object.fromEntries(prepared.changes.map(({ name, value }) => [name, value])), prepared, warnings }
  }

  it('gives each cell the type of its trait', () => {
    const { values, prepared, warnings } = read(['Ann@Example.com', 'Ann', '42', 'TRUE', '["a",1]'])
    expect(values).toEqual({ email: 'Ann@Example.com', name: 'Ann', age: 42, vip: true, tags: ['a', 1] })
    expect(prepared.identifiers).toEqual([{ idType: 'email', value: 'ann@example.com' }])
    expect(warnings).toEqual([])
  })

  it('writes an empty string for an empty cell and removes the trait for \\N', () => {
    const { values, prepared } = read(['ann@example.com', '', '\\N', '\\N', '\\N'])
    expect(values).toEqual({ email: 'ann@example.com', name: '', age: undefined, vip: undefined, tags: undefined })
    expect(prepared.changes).toHaveLength(5)
  })

  it('skips a value its trait cannot take, with a warning that names the column and not the value', () => {
    const { values, warnings } = read(['ann@example.com', 'nul\0', 'forty-two', 'maybe', 'a;b'])
    expect(values).toEqual({ email: 'ann@example.com' })
    expect(warnings.map(({ columnName }) => columnName)).toEqual(['Name', 'Age', 'VIP', 'Tags'])
    expect(JSON.stringify(warnings)).not.toMatch(/forty|maybe|a;b/)
  })

  it.each([[['', 'Ann', '1', 'true', '[]']], [['\\N', 'Ann', '1', 'true', '[]']], [['  ', '', '', '', '']], [[]]])(
    'fails the row %j, which identifies nobody',
    (fields) => {
      expect(() => read(fields)).toThrow(expect.objectContaining({ status: 400 }))
    },
  )

  it('skips a trait that the store no longer has', () => {
    const smaller = storeSchema({ Contact: { email: traitRule('STRING', 'email') } })
    const { prepared, warnings } = readRow(smaller, columns, ['ann@example.com', 'Ann', '1', 'true', '[]'])
    expect(prepared.changes).toHaveLength(1)
    expect(warnings).toHaveLength(4)
  })
})
