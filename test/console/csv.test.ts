import { stringify } from 'csv-stringify/sync'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { readHead, readRecords } from '../../console/csv.js'

const anyField = fc.string({ unit: fc.constantFrom('a', 'ß', ' ', ',', '"', '\n', '😀') })
const anyRecords = fc
  .integer({ min: 2, max: 4 })
  .chain((width) =>
    fc.array(fc.array(anyField, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
  )

it('reads back what was written as CSV', () => {
  fc.assert(
    fc.property(anyRecords, fc.constantFrom('\n', '\r\n'), (records, record_delimiter) => {
      expect(readRecords(stringify(records, { record_delimiter, quoted_match: '\n' }), 10).records).toEqual(records)
    }),
  )
})

it('reads the header, so many rows, and the text of just these', async () => {
  const head = await readHead(
    new Blob(['\uFEFFmail,name\r\na@example.com,"A, B"\r\n\r\nb@example.com,C\r\nc,D\r\n']),
    2,
  )
  expect(head.header).toEqual(['mail', 'name'])
  expect(head.rows).toEqual([
    ['a@example.com', 'A, B'],
    ['b@example.com', 'C'],
  ])
  expect(head.text).toBe('mail,name\r\na@example.com,"A, B"\r\n\r\nb@example.com,C\r\n')
})

it('leaves out a last row that the part of the file cuts in two', async () => {
  const row = `${'x'.repeat(1000)},y\n`
  const head = await readHead(new Blob([`a,b\n${row.repeat(200)}`]), 500)
  expect(head.rows.length).toBeGreaterThan(100)
  expect(head.rows.every(([first]) => first?.length === 1000)).toBe(true)
})

it('refuses a file without a header in words', async () => {
  await expect(readHead(new Blob(['\n\n']), 5)).rejects.toThrow('no header')
})
