import { expect, it } from 'vitest'
import { compilePattern } from '../../src/domain/pattern.js'

it('refuses what cannot be matched in linear time', async () => {
  for (const pattern of ['(a)\\1', '(?=a)', '(?<!a)b', '(', '[z-a]', '*', 'a{2,1}']) {
    await expect(compilePattern(pattern), pattern).rejects.toThrow()
  }
})

it('refuses repetitions of repetitions that would fill memory', async () => {
  for (const pattern of ['(a{1000}){1000}', '((a{100}){100}){100}', '(?:(?:a{50}){50}){50}', 'a{100000}']) {
    await expect(compilePattern(pattern), pattern).rejects.toThrow()
  }
})

it.each(['(a+)+$', '(a|aa)+$', '(a|a?)+$', '^(.*a){12}$', '(x+x+)+y', '([a-zA-Z]+)*!'])(
  'gets to an end with %s on a text made to make it backtrack',
  { timeout: 5000 },
  async (pattern) => {
    expect((await compilePattern(pattern))(`${'a'.repeat(20_000)}\n`)).toBeTypeOf('boolean')
  },
)
