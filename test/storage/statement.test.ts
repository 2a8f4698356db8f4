import { expect, it } from 'vitest'
import { insertRows } from '../../src/storage/statement.js'

it('puts values into the columns they are given for, in whatever order these are named', () => {
  const [one] = insertRows('server_state', ['name', 'value'], [['a', 'b']])
  const [other] = insertRows('server_state', ['value', 'name'], [['b', 'a']])
  expect(one?.sql).toContain('("name","value")')
  expect(other?.sql).toContain('("value","name")')
})

it('replaces what is there only where it is told to', () => {
  const conflict = { key: ['name'], update: ['value'] }
  const rows = [['a', 'b']]
  expect(insertRows('server_state', ['name', 'value'], rows, { conflict })[0]?.sql).toContain('on conflict')
  expect(insertRows('server_state', ['name', 'value'], rows)[0]?.sql).not.toContain('on conflict')
})

it('makes few texts of any number of rows, and leaves none out', () => {
  const rows = Array.from({ length: 3000 }, (_, index) => [`name ${index}`, 'value'])
  const texts = new Set<string>()
  for (let length = 0; length < rows.length; length += 7) {
    const statements = insertRows('server_state', ['name', 'value'], rows.slice(0, length))
    expect(statements.flatMap(({ parameters }) => parameters)).toEqual(rows.slice(0, length).flat())
    for (const { sql } of statements) texts.add(sql)
  }
  expect(texts.size).toBeLessThan(20)
})
