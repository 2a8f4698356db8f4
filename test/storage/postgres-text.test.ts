import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeText, encodeText } from '../../src/storage/postgres-text.js'

/** Texts full of what is escaped. */
const texts = fc.string({ unit: fc.constantFrom('\0', '\uFFFE', '0', '1', 'ä', '😀') })

it('gives back every text as it was, and never lets U+0000 through', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(encodeText(text)).not.toContain('\0')
      expect(decodeText(encodeText(text))).toBe(text)
    }),
  )
})

it('writes different texts differently', () => {
  fc.assert(
    fc.property(texts, texts, (left, right) => {
      expect(encodeText(left) === encodeText(right)).toBe(left === right)
    }),
  )
})
