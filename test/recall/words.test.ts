import fc from 'fast-check'
import { expect, it } from 'vitest'
import { normalizeText, termsOf } from '../../src/domain/recall/words.js'

it('drops words that say nothing, whatever their case', () => {
  expect(termsOf('What WAS she getting at the Shop, and why?')).toEqual(['get', 'shop'])
  expect(termsOf('is it not that which they were')).toEqual([])
})

it('brings the forms of an English word together', () => {
  for (const [one, other] of [
    ['connected', 'connections'],
    ['cancelling', 'cancelled'],
    ['deliveries', 'delivery'],
    ['running', 'runs'],
  ] as const) {
    expect(termsOf(one), one).toEqual(termsOf(other))
  }
})

it('drops possessives, with every kind of apostrophe', () => {
  for (const text of ["Anna's dog", 'Anna’s dog', 'Anna`s dog', 'ANNA’S DOG'])
    expect(termsOf(text)).toEqual(['anna', 'dog'])
  expect(termsOf("she doesn't; o'clock")).toEqual(['doesnt', 'oclock'])
})

it('keeps words of other languages whole and numbers as they are', () => {
  expect(termsOf('Die Küche ist größer')).toEqual(['die', 'küche', 'ist', 'größer'])
  expect(termsOf('кошка, 猫 قطة')).toEqual(['кошка', '猫', 'قطة'])
  expect(termsOf('order 4711-B')).toEqual(['order', '4711', 'b'])
})

it('sees one text in its Unicode notations', () => {
  expect(termsOf('Cafe\u0301 ﬁne')).toEqual(termsOf('Café fine'))
  expect(normalizeText('  Ｌikes   TEA!! ')).toBe('likes tea')
  expect(normalizeText('Likes tea.')).toBe('likes tea')
})

it('keeps the order and number of terms, and depends on nothing but the text', () => {
  expect(termsOf('tea rain tea')).toEqual(['tea', 'rain', 'tea'])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(termsOf(`${a} . ${b}`)).toEqual([...termsOf(a), ...termsOf(b)])
    }),
  )
})
