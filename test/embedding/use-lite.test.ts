import { beforeAll, describe, expect, it } from 'vitest'
import { loadUseLite, type UseLite } from '../../src/embedding/use-lite.js'
import { cosine, lengthOf, ORACLE } from './oracle.js'

let model: UseLite

beforeAll(async () => {
  model = await loadUseLite()
})

describe('the built-in encoder', () => {
  it.each(ORACLE.map(({ text, embedding }) => [text.slice(0, 60), text, embedding]))(
    'gives %j the published vector',
    (_, text, embedding) => {
      const vector = model.encode(text as string)
      expect(vector).toHaveLength(512)
      expect(lengthOf(vector!)).toBeCloseTo(1, 5)
      expect(cosine(vector!, embedding as number[])).toBeGreaterThanOrEqual(0.999)
    },
  )

  it('has no vector for a text without tokens', () => {
    expect(model.encode('')).toBeUndefined()
  })

  it('carries nothing over from one text to the next', () => {
    const [first, second] = [ORACLE[0]!.text, ORACLE.at(-1)!.text]
    const alone = model.encode(first)
    model.encode(second)
    expect(model.encode(first)).toEqual(alone)
  })

  it('sees the first 128 tokens only', () => {
    const text = 'the dog '.repeat(64).trim()
    expect(model.tokenize(text)).toHaveLength(128)
    expect(model.encode(`${text} and a very different end`)).toEqual(model.encode(text))
  })
})
