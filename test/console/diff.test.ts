import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { diffWords } from '../../console/diff.js'

const words = (text: string) => text.split(/\s+/).filter(Boolean)
const anyText = fc
  .array(fc.constantFrom('late', 'late.', 'parcel', 'two', 'days'), { maxLength: 12 })
  .map((all) => all.join(' '))

it('shows what was added and what was removed, word by word', () => {
  expect(diffWords('The parcel came late.', 'The blue parcel came.')).toEqual([
    { kind: 'same', text: 'The ' },
    { kind: 'added', text: 'blue ' },
    { kind: 'same', text: 'parcel ' },
    { kind: 'removed', text: 'came late.' },
    { kind: 'added', text: 'came.' },
  ])
})

it('always holds both texts, and nothing else', () => {
  fc.assert(
    fc.property(anyText, anyText, (older, newer) => {
      const pieces = diffWords(older, newer)
      const without = (kind: string) =>
        words(
          pieces
            .filter((piece) => piece.kind !== kind)
            .map(({ text }) => `${text} `)
            .join(''),
        )
      expect(without('added')).toEqual(words(older))
      expect(without('removed')).toEqual(words(newer))
    }),
  )
})

it('finds no change in a text that stayed', () => {
  fc.assert(fc.property(anyText, (text) => diffWords(text, text).every(({ kind }) => kind === 'same')))
})
