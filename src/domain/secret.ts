import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const SALT_BYTES = 16

/**
 * Hashes a token or secret for storage: SHA-256 over a salt of its own. Ours are 128 random bits, which no one guesses;
 * a slow password hash would let wrong credentials occupy the processor.
 *
 * @returns `salt$hash`, both hexadecimal
 */
export function hashSecret(secret: string): string {
  const salt = randomBytes(SALT_BYTES).toString('hex')
  return `${salt}$${digest(salt, secret)}`
}

/** Compares in constant time. */
export function verifySecret(secret: string, stored: string): boolean {
  const [salt = '', expected = ''] = stored.split('$')
  return equal(digest(salt, secret), expected)
}

/** An HMAC-SHA256 in base64url, 43 characters. */
export function sign(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

export function verifySignature(key: string, text: string, signature: string): boolean {
  return equal(sign(key, text), signature)
}

function digest(salt: string, secret: string): string {
  return createHash('sha256').update(salt).update(secret).digest('hex')
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
