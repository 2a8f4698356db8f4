import parsePhoneNumber, { type PhoneNumber } from 'libphonenumber-js/min'
import type { Normalization } from '../../contract/identity.js'

export const MAX_IDENTIFIER_LENGTH = 255

/**
 * Brings an identifier into the form that is stored and compared.
 *
 * @returns nothing for a value that identifies nobody: blank, or no phone number at all
 */
export function normalize(normalization: Normalization, value: string): string | undefined {
  switch (normalization) {
    case 'email':
      return (WHITE_SPACE.test(value) ? value.replaceAll(/\s+/gu, '') : value).toLowerCase() || undefined
    case 'phone':
      return normalizePhone(value)
    case 'trim':
      return value.trim() || undefined
    case 'none':
      return value.trim() === '' ? undefined : value
  }
}

const MIN_PHONE_DIGITS = 3
/**
 * A number of the North American plan in full. Valid or not, it comes out as it went in (a national prefix would be a 1),
 * and to find out which of 25 countries it belongs to takes a tenth of a create.
 */
const NORTH_AMERICAN = /^\+1[2-9]\d{9}$/
const WHITE_SPACE = /\s/u

/**
 * E.164. A number without `+` is read as one of the United States first, then as one that begins with its country code,
 * which is what the document promises. What is no valid number anywhere keeps its digits, so that test numbers and short
 * codes identify somebody too.
 */
function normalizePhone(value: string): string | undefined {
  const text = value.trim()
  if (NORTH_AMERICAN.test(text)) return text
  const number = parseValid(text, 'US') ?? (text.startsWith('+') ? undefined : parseValid(`+${digitsOf(text)}`))
  if (number !== undefined) return number
  const digits = digitsOf(text)
  if (digits.length < MIN_PHONE_DIGITS) return undefined
  if (text.startsWith('+')) return `+${digits}`
  return digits.length === 10 ? `+1${digits}` : `+${digits}`
}

function parseValid(text: string, country?: 'US'): string | undefined {
  const number: PhoneNumber | undefined = parsePhoneNumber(text, country)
  return number?.isValid() ? number.number : undefined
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '')
}
