import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { hashSecret, sign, verifySecret, verifySignature } from '../../src/domain/secret.js'

it('verifies the secret that was hashed and no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (secret, other) => {
      const stored = hashSecret(secret)
      expect(verifySecret(secret, stored)).toBe(true)
      expect(verifySecret(other, stored)).toBe(other === secret)
    }),
  )
})

it('never stores a secret readably, nor two the same way', () => {
  const [one, two] = [hashSecret('correct horse'), hashSecret('correct horse')]
  expect(one).toMatch(/^[0-9a-f]{32}\$[0-9a-f]{64}$/)
  expect(one).not.toBe(two)
})

it('verifies nothing against a broken hash', () => {
  for (const stored of ['', '$', 'salt', 'salt$', '$0', 'a$b$c']) expect(verifySecret('', stored)).toBe(false)
})

it('signs with 43 characters that hold for one text and one key', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (key, text, more) => {
      const signature = sign(key, text)
      expect(signature).toMatch(/^[\w-]{43}$/)
      expect(verifySignature(key, text, signature)).toBe(true)
      expect(verifySignature(key, text + more, signature)).toBe(false)
      expect(verifySignature(`${key}k`, text, signature)).toBe(false)
      expect(verifySignature(key, text, signature.slice(1))).toBe(false)
      expect(verifySignature(key, text, signature + more)).toBe(false)
    }),
  )
})
