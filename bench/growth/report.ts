import type { Conditions } from '../conditions.js'
import { drawPanels, type Panel } from '../plot.js'
import { type Row, TITLES } from './operations.js'
import type { Part } from './scenario.js'

/** What one engine took. */
export interface GrowthRun {
  readonly engine: string
  readonly conditions: Conditions
  readonly parts: readonly { readonly part: Part; readonly rows: readonly Row[] }[]
}

/** Tables of a run as Markdown. */
export function toTables({ engine, conditions, parts }: GrowthRun): string {
  const { date, version, cores, node, syncMs, loadBefore } = conditions
  const introduction =
    `${engine}, Recollect ${version}, ${date}, ${cores} cores with the load generator on them, Node ${node}, a sync takes ` +
    `${syncMs.toFixed(2)} ms, load average before the run ${loadBefore.toFixed(1)}:`
  return [introduction, ...parts.map(({ part, rows }) => toTable(part, rows))].join('\n\n')
}

function toTable({ unit, scenarios }: Part, rows: readonly Row[]): string {
  const lines = rows.map(({ operation, medians }) => {
    const [base = Number.NaN] = medians
    return [TITLES[operation], ...medians.map((ms) => `${ms.toFixed(2)} (${(ms / base).toFixed(2)})`)]
  })
  const header = [unit, ...scenarios.map(({ name }) => name)]
  const rule = header.map((_, index) => (index === 0 ? '---' : '---:'))
  return [header, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The plot of one part: a panel for each operation, a line for each engine; nothing when the part has no one size. */
export function drawPart(name: Part['name'], runs: readonly GrowthRun[]): string | undefined {
  const found = runs.flatMap(({ engine, parts }) =>
    parts.filter(({ part }) => part.name === name).map(({ part, rows }) => ({ engine, part, rows })),
  )
  const part = found[0]?.part
  if (part?.sizes === undefined) return undefined
  const panels = part.operations.map((operation): Panel => {
    const lines = found.map(({ engine, rows }) => {
      const medians = rows.find((row) => row.operation === operation)?.medians ?? []
      return { series: engine, points: (part.sizes ?? []).map((x, index) => ({ x, y: medians[index] ?? Number.NaN })) }
    })
    return { title: TITLES[operation], xLabel: part.unit, yLabel: 'milliseconds', lines }
  })
  const engines = runs.map(({ engine }) => engine)
  return drawPanels(panels, engines, `Milliseconds of an operation over the number of ${part.unit}`)
}

const BEGIN = '<!-- written by npm run bench:growth -- --write -->'
const END = '<!-- end -->'

/** @throws Error when the page lacks the marks between which the tables stand */
export function replaceTables(page: string, runs: readonly GrowthRun[]): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END, begin)
  if (begin < 0 || end < 0) throw new Error(`the page needs the lines ${BEGIN} and ${END}`)
  const tables = runs.map(toTables).join('\n\n')
  return `${page.slice(0, begin)}${BEGIN}\n\n${tables}\n\n${page.slice(end)}`
}
