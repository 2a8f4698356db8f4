import { Readable } from 'node:stream'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { readAtEase } from '../../src/blobs/read-at-ease.js'

it('gives every byte of a body in its order', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 6 }), async (sizes) => {
      const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1))
      const read: Buffer[] = []
      for await (const chunk of readAtEase(Readable.from(chunks, { objectMode: false }))) read.push(chunk)
      expect(Buffer.concat(read).equals(Buffer.concat(chunks))).toBe(true)
    }),
    { numRuns: 30 },
  ))

it('leaves a body that is refused as it is, so that the rest of it can be read on', async () => {
  const content = Readable.from([Buffer.from('first'), Buffer.from('second')], { objectMode: false })
  for await (const chunk of readAtEase(content)) {
    expect(chunk.toString()).toBe('first')
    break
  }
  expect(content.destroyed).toBe(false)
  const rest = content.resume()
  await new Promise((resolve) => rest.once('end', resolve))
})

it('ends as the body does when its client goes', async () => {
  const content = new Readable({ read() {} })
  content.push(Buffer.from('first'))
  const reading = (async () => {
    for await (const chunk of readAtEase(content)) expect(chunk.toString()).toBe('first')
  })()
  setImmediate(() => content.destroy(new Error('aborted')))
  await expect(reading).rejects.toThrow('aborted')
})
