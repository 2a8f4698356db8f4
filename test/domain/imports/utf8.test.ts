import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { UnreadableCsvError } from '../../../src/domain/imports/csv.js'
import { requireUtf8 } from '../../../src/domain/imports/utf8.js'

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0
  for (const size of sizes) {
    yield bytes.subarray(start, start + size)
    start += size
  }
  yield bytes.subarray(start)
}

async function pass(bytes: Buffer, sizes: readonly number[]): Promise<Buffer> {
  const passed: Buffer[] = []
  for await (const part of requireUtf8(cut(bytes, sizes))) passed.push(part)
  return Buffer.concat(passed)
}

const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\uFFFD', '\n'), maxLength: 12 })
const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 })

it('gives every text on as it is, however its bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(text, sizes, async (content, parts) => {
      expect((await pass(Buffer.from(content), parts)).toString()).toBe(content)
    }),
  )
})

it('names the first line that is not UTF-8, however its bytes are cut', async () => {
  const wrong = fc.constantFrom([0xff], [0x80], [0xe9], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98])
  const after = text.map((content) => `\n${content}`)
  await fc.assert(
    fc.asyncProperty(text, wrong, fc.constantFrom('', ',b'), after, sizes, async (before, bytes, next, rest, parts) => {
      const file = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(next + rest)])
      const line = before.split('\n').length
      const reason = new UnreadableCsvError(`line ${line} is not UTF-8: save the file as UTF-8`)
      await expect(pass(file, parts)).rejects.toEqual(reason)
    }),
  )
})

it('refuses a file that ends within a character', async () => {
  await expect(pass(Buffer.from('a\nb😀').subarray(0, -1), [])).rejects.toThrow('line 2 is not UTF-8')
})
