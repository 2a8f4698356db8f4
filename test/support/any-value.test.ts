import { expect, it } from 'vitest'
import { toUriPart } from './any-value.js'

it.each([
  [
    'a value whose name is that of a method',
    { toString: 0, valueOf: 0 },
    '%7B%22toString%22%3A0%2C%22valueOf%22%3A0%7D',
  ],
  ['one without methods', Object.create(null), '%7B%7D'],
  ['one of those in a list', [{ toString: [] }], '%5B%7B%22toString%22%3A%5B%5D%7D%5D'],
  ['half a pair', '\ud83d', '%EF%BF%BD'],
  ['nothing', '', '-'],
])('makes a part of a path or a query of %s', (_, value, expected) => {
  expect(toUriPart(value)).toBe(expected)
})
