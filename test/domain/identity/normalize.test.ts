import * as fc from 'fast-check'
import parsePhoneNumber from 'libphonenumber-js/min'
import { describe, expect, it } from 'vitest'
import type { Normalization } from '../../../src/contract/identity.js'
import { normalize } from '../../../src/domain/identity/normalize.js'

describe('phone', () => {
  it.each([
    '(317) 555-1234',
    '1-317-555-1234',
    '3175551234',
    '317.555.1234',
    '317 555 1234',
    '+1 317 555 1234',
    '+13175551234',
    ' 13175551234 ',
    'tel:+1-317-555-1234',
    '(317) 555-1234 ext. 5',
  ])('reads %s as a number of the United States', (text) => {
    expect(normalize('phone', text)).toBe('+13175551234')
  })

  it.each([
    ['+44 20 7946 0958', '+442079460958'],
    ['+44 (0)20 7946 0958', '+442079460958'],
    ['44 20 7946 0958', '+442079460958'],
    ['011 44 20 7946 0958', '+442079460958'],
    ['+49 30 901820', '+4930901820'],
    ['4930901820', '+4930901820'],
    ['+86 138 0013 8000', '+8613800138000'],
    ['8613800138000', '+8613800138000'],
  ])('reads %s as a foreign number, with its country code with or without +', (text, number) => {
    expect(normalize('phone', text)).toBe(number)
  })

  it('reads a number of North America the same with and without blanks', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[2-9]\d{9}$/), (digits) => {
        expect(normalize('phone', `+1${digits}`)).toBe(normalize('phone', `+1 ${digits}`))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['911', '+911'],
    ['555 0100', '+5550100'],
    ['+999 000 111', '+999000111'],
    ['0000000000', '+10000000000'],
  ])('keeps the digits of %s, which is no valid number', (text, digits) => {
    expect(normalize('phone', text)).toBe(digits)
  })

  it.each(['', '   ', '+', 'n/a', 'none', '12', '()- ', '\u00a0', 'ext.'])('finds nobody in %j', (text) => {
    expect(normalize('phone', text)).toBeUndefined()
  })

  it('gives one number in any notation one form', () => {
    const digit = fc.integer({ min: 0, max: 9 })
    const subscriber = fc.array(digit, { minLength: 4, maxLength: 4 }).map((digits) => digits.join(''))
    fc.assert(
      fc.property(subscriber, (line) => {
        const notations = [
          `(317) 555-${line}`,
          `1 (317) 555 ${line}`,
          `317555${line}`,
          `+1.317.555.${line}`,
          `1317555${line}`,
        ]
        for (const text of notations) expect(normalize('phone', text)).toBe(`+1317555${line}`)
      }),
    )
  })
})

describe('a number of the North American plan in full', () => {
  const validNumber = (text: string): string | undefined => {
    const number = parsePhoneNumber(text, 'US')
    return number?.isValid() ? number.number : undefined
  }

  it('is what the library makes of it, or its digits where no country has it', () => {
    const digits = fc.stringMatching(/^[2-9]\d{9}$/)
    fc.assert(
      fc.property(digits, (national) => {
        const text = `+1${national}`
        expect(normalize('phone', text)).toBe(validNumber(text) ?? text)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('email', () => {
  it.each([
    ['Ann@Example.COM', 'ann@example.com'],
    ['  ann@example.com\t\n', 'ann@example.com'],
    ['ann @ example.com', 'ann@example.com'],
    ['\u00a0ann@example.com\u3000', 'ann@example.com'],
    ['ANN+shop@EXAMPLE.com', 'ann+shop@example.com'],
    ['JÖRG@EXAMPLE.COM', 'jörg@example.com'],
  ])('brings %j into one form', (text, address) => {
    expect(normalize('email', text)).toBe(address)
  })
})

describe('trim and none', () => {
  it('trims the ends and leaves the rest, case too', () => {
    expect(normalize('trim', '  Ann B\t')).toBe('Ann B')
    expect(normalize('none', '  Ann B\t')).toBe('  Ann B\t')
  })
})

const ALL: Normalization[] = ['email', 'phone', 'trim', 'none']

it.each(ALL)('%s: blank values identify nobody', (normalization) => {
  for (const blank of ['', ' ', '\t\r\n', '\u00a0\u2003']) expect(normalize(normalization, blank)).toBeUndefined()
})

/** Texts that look like identifiers, and any others. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(fc.constantFrom(...'0123456789+()-. /;x#*@aA'), { maxLength: 20 }).map((characters) => characters.join('')),
)

it.each(ALL)('%s: the form of a form is itself, so that an answer can be looked up again', (normalization) => {
  fc.assert(
    fc.property(anyText, (text) => {
      const once = normalize(normalization, text)
      if (once === undefined) return
      expect(normalize(normalization, once)).toBe(once)
    }),
    { numRuns: 1000 },
  )
})
