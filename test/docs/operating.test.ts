import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeSettings } from '../../src/config.js'
import { describeMetrics } from '../../src/metrics.js'

const PAGE = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')

/** The cells of the table that has this header. */
function readTable(...header: string[]): string[][] {
  const lines = PAGE.split('\n')
  const start = lines.indexOf(`| ${header.join(' | ')} |`)
  expect(start, `a table with the columns ${header.join(', ')}`).toBeGreaterThan(0)
  const after = lines.slice(start + 2)
  const end = after.findIndex((line) => !line.startsWith('|'))
  return after.slice(0, end).map((line) => line.slice(2, -2).split(' | '))
}

it('lists every setting with its default and meaning, in the order of the program', () => {
  const expected = describeSettings().map(({ name, fallback, description }) => [
    `\`${name}\``,
    fallback === '' ? 'unset' : `\`${fallback}\``,
    description,
  ])
  expect(readTable('Name', 'Default', 'Meaning')).toEqual(expected)
})

it('lists every metric of ours with its help text', async () => {
  const expected = (await describeMetrics()).map(({ name, kind, help }) => [`\`${name}\``, kind, help])
  expect(readTable('Metric', 'Kind', 'Meaning')).toEqual(expected)
})
