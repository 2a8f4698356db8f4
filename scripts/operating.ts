import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeSettings } from '../src/config.js'
import { describeMetrics } from '../src/metrics.js'

/** Writes the tables of settings and metrics in docs/operating.md anew, from the program. */

const FILE = new URL('../docs/operating.md', import.meta.url)

/** The page with other rows below the table that has this header. */
function replaceRows(page: string, header: string, rows: readonly (readonly string[])[]): string {
  const lines = page.split('\n')
  const start = lines.indexOf(header)
  if (start < 0) throw new Error(`docs/operating.md has no table "${header}"`)
  const first = start + 2
  const count = lines.slice(first).findIndex((line) => !line.startsWith('|'))
  lines.splice(first, count, ...rows.map((cells) => `| ${cells.join(' | ')} |`))
  return lines.join('\n')
}

const settings = describeSettings().map(({ name, fallback, description }) => [
  `\`${name}\``,
  fallback === '' ? 'unset' : `\`${fallback}\``,
  description,
])
const metrics = (await describeMetrics()).map(({ name, kind, help }) => [`\`${name}\``, kind, help])

const page = readFileSync(FILE, 'utf8')
const withSettings = replaceRows(page, '| Name | Default | Meaning |', settings)
writeFileSync(FILE, replaceRows(withSettings, '| Metric | Kind | Meaning |', metrics))
console.log(`${fileURLToPath(FILE)} is up to date`)
