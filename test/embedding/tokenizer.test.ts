import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readVocabulary } from '../../src/embedding/model-files.js'
import { createTokenizer, type Tokenizer, type VocabularyEntry } from '../../src/embedding/tokenizer.js'
import { ORACLE } from './oracle.js'

let vocabulary: readonly VocabularyEntry[]
let tokenize: Tokenizer

beforeAll(async () => {
  vocabulary = await readVocabulary()
  tokenize = createTokenizer(vocabulary)
})

describe('the tokenizer of the published model', () => {
  it.each(ORACLE.map(({ text, ids }) => [text.slice(0, 60), text, ids]))('splits %j as published', (_, text, ids) => {
    expect(tokenize(text as string)).toEqual(ids)
  })

  it('has no tokens for an empty text', () => {
    expect(tokenize('')).toEqual([])
  })

  it('makes one unknown of neighbouring characters that no piece has', () => {
    const [space, ...rest] = tokenize('顧客は')
    expect(rest).toEqual([0])
    expect(vocabulary[space!]![0]).toBe('▁')
  })

  it('loses nothing of a text that is made of known characters', () => {
    const characters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:!?-']
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 200 }), (text) => {
        const pieces = tokenize(text).map((id) => vocabulary[id]![0])
        expect(pieces.join('')).toBe(`▁${text.replaceAll(' ', '▁')}`)
      }),
    )
  })

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const ids = tokenize(text)
        expect(ids.every((id) => id === 0 || (id >= 6 && id < vocabulary.length))).toBe(true)
        expect(ids.some((id, at) => id === 0 && ids[at + 1] === 0)).toBe(false)
      }),
    )
  })
})

describe('a tokenizer of a small vocabulary', () => {
  const RESERVED: VocabularyEntry[] = ['unk', '<s>', '</s>', 'x1', 'x2', 'x3'].map((piece) => [piece, 0])

  it('takes the likelier split, not the longer piece', () => {
    const small = createTokenizer([...RESERVED, ['▁', -1], ['ab', -9], ['a', -2], ['b', -3]])
    expect(small('ab')).toEqual([6, 8, 9])
  })

  it('takes the place where a piece is listed last', () => {
    const small = createTokenizer([...RESERVED, ['▁', -1], ['a', -2], ['a', -5]])
    expect(small('a')).toEqual([6, 8])
  })

  it('never matches a reserved piece', () => {
    const small = createTokenizer([...RESERVED, ['▁', -1], ['x', -2], ['1', -2]])
    expect(small('x1')).toEqual([6, 7, 8])
  })
})
