import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { CHUNK_TOKENS, type CountTokens, chunkText, cleanText, estimateTokens } from '../../src/embedding/chunks.js'
import { readVocabulary } from '../../src/embedding/model-files.js'
import { createTokenizer } from '../../src/embedding/tokenizer.js'
import { ORACLE } from './oracle.js'

let countTokens: CountTokens

beforeAll(async () => {
  const tokenize = createTokenizer(await readVocabulary())
  countTokens = (text) => tokenize(text).length
})

const WORDS = ['a', 'the', 'customer', 'called', 'about', '3.5', 'zürich', 'ok', '顧客', 'pneumonia', '"quoted"', '🎉']
const ENDS = ['.', '!', '?', '...', '?!', '.”', '."', '\n', '\n- ', '', ' .', '.\n\n']
const sentence = fc
  .record({ words: fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }), end: fc.constantFrom(...ENDS) })
  .map(({ words, end }) => words.join(' ') + end)
const text = fc.array(sentence, { maxLength: 30 }).map((sentences) => sentences.join(' '))

const withoutSpace = (value: string) => value.replaceAll(/\s/g, '')
/** Places inside a chunk where it could have been split. */
const SENTENCE_ENDS = /[.!?]["”’)]*\s*[^.!?"”’)\s]/

describe('chunkText', () => {
  it('keeps everything but space, in its order', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'grapheme', maxLength: 500 })), (value) => {
        expect(withoutSpace(chunkText(value, countTokens).join(''))).toBe(withoutSpace(value))
      }),
    )
  })

  it('makes chunks of at most 96 tokens, unless one sentence has more', () => {
    fc.assert(
      fc.property(text, (value) => {
        const tooLong = chunkText(value, countTokens).filter((chunk) => countTokens(chunk) > CHUNK_TOKENS)
        expect(tooLong.filter((chunk) => SENTENCE_ENDS.test(chunk))).toEqual([])
      }),
    )
  })

  it('makes clean chunks, and none of nothing', () => {
    fc.assert(
      fc.property(text, (value) => {
        const chunks = chunkText(value, countTokens)
        expect(chunks).toEqual(chunks.map(cleanText))
        expect(chunks).not.toContain('')
      }),
    )
    expect(chunkText(' \n\t ', countTokens)).toEqual([])
    expect(chunkText('', countTokens)).toEqual([])
  })

  it('fills a chunk before it begins the next', () => {
    const ten = 'one two three four five six seven eight nine.'
    expect(countTokens(ten)).toBe(10)
    const chunks = chunkText(Array(20).fill(ten).join(' '), countTokens)
    expect(chunks.map((chunk) => countTokens(chunk))).toEqual([90, 90, 20])
  })

  it('splits a list without full stops at its lines', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `- the customer asked for window seat number ${index}`)
    const chunks = chunkText(lines.join('\n'), countTokens)
    expect(chunks.length).toBeGreaterThan(2)
    expect(chunks.every((chunk) => chunk.startsWith('- the customer') && countTokens(chunk) <= CHUNK_TOKENS)).toBe(true)
  })

  it('leaves a short text in one piece, and quotes with their sentence', () => {
    expect(chunkText('He said “no.” Then\nhe left', countTokens)).toEqual(['He said “no.” Then he left'])
    expect(chunkText('“Never!” she said. (Twice.) And left.', countTokens, 6)).toEqual([
      '“Never!”',
      'she said.',
      '(Twice.)',
      'And left.',
    ])
  })
})

describe('estimateTokens', () => {
  it('is near the tokenizer for English text', () => {
    const english = ORACLE.filter(({ text: value }) => /^[A-Z][a-z ,]+[^A-Z]*\.$/.test(value))
    const estimated = english.reduce((sum, { text: value }) => sum + estimateTokens(value), 0)
    const counted = english.reduce((sum, { ids }) => sum + ids.length, 0)
    expect(english.length).toBeGreaterThan(5)
    expect(Math.abs(estimated / counted - 1)).toBeLessThan(0.2)
  })
})
