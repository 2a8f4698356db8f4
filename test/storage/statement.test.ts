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

it('splits many rows into statements below the bounds of the engines', () => {
  const rows = Array.from({ length: 9000 }, (_, index) => [`name ${index}`, 'value'])
  const statements = insertRows('server_state', ['name', 'value'], rows)
  expect(statements.length).toBeGreaterThan(1)
  expect(statements.flatMap(({ parameters }) => parameters)).toEqual(rows.flat())
  for (const { parameters } of statements) expect(parameters.length).toBeLessThan(32_766)
})
