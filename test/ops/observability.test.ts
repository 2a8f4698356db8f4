import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { NO_SOURCES } from '../../src/metrics/sources.js'
import { createMetrics } from '../../src/metrics.js'
import { metricsOf } from '../support/prometheus.js'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string }
}

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const rules = (parse(read('ops/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
)
const dashboard = JSON.parse(read('ops/grafana/recollect.json')) as { panels: Panel[] }
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))

/** Labels that come from whoever asks for the metrics. */
const LABELS_OF_SCRAPE = ['instance', 'job']

/** Every series of the server with its labels. */
async function knownSeries(): Promise<Map<string, readonly string[]>> {
  const { registry } = createMetrics(NO_SOURCES)
  const series = new Map<string, readonly string[]>([['up', LABELS_OF_SCRAPE]])
  for (const metric of registry.getMetricsAsArray()) {
    const { name, type, labelNames = [] } = metric as unknown as { name: string; type: string; labelNames?: string[] }
    const labels = [...labelNames, ...LABELS_OF_SCRAPE]
    if (type !== 'histogram') series.set(name, labels)
    else {
      series.set(`${name}_bucket`, [...labels, 'le'])
      for (const suffix of ['sum', 'count']) series.set(`${name}_${suffix}`, labels)
    }
  }
  return series
}

async function unknownIn(expressions: readonly string[]): Promise<string[]> {
  const series = await knownSeries()
  return expressions.flatMap(metricsOf).flatMap(({ metric, labels }) => {
    const known = series.get(metric)
    if (known === undefined) return [metric]
    return labels.filter((label) => !known.includes(label)).map((label) => `${metric}{${label}}`)
  })
}

it.each([
  ['up{job="x"} == 0', ['up{job}']],
  [
    'sum by (a) (rate(m_total{b=~"5.."}[5m])) / sum by (a) (rate(n_count[5m])) > 0.01',
    ['m_total{b,a,a}', 'n_count{a,a}'],
  ],
  [
    'histogram_quantile(0.99, sum by (le) (rate(m_bucket{x!="a",y="b"}[$__rate_interval]))) > 1e3',
    ['m_bucket{x,y,le}'],
  ],
  ['max(p) > 0 and max(q) > 600', ['p{}', 'q{}']],
])('finds the metrics of %s', (expression, expected) => {
  expect(metricsOf(expression).map(({ metric, labels }) => `${metric}{${labels.join(',')}}`)).toEqual(expected)
})

describe('the dashboard', () => {
  it('asks only for metrics and labels that the server has', async () => {
    expect(queries.length).toBeGreaterThan(20)
    expect(await unknownIn(queries.map(({ expr }) => expr))).toEqual([])
    expect(queries.every(({ expr }) => metricsOf(expr).length > 0)).toBe(true)
  })

  it('shows every metric of the server but what another already says', async () => {
    const shown = new Set(queries.flatMap(({ expr }) => metricsOf(expr).map(({ metric }) => metric)))
    const own = [...(await knownSeries()).keys()].filter((name) => name.startsWith('recollect_'))
    const families = new Set(own.map((name) => name.replace(/_(bucket|sum|count)$/, '')))
    const missing = [...families].filter(
      (name) => !['', '_bucket', '_sum', '_count'].some((suffix) => shown.has(name + suffix)),
    )
    expect(missing).toEqual([])
  })

  it('has panels with ids of their own that do not lie on each other', () => {
    const { panels } = dashboard
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const overlaps = panels.flatMap(({ gridPos: a, title }, index) =>
      panels
        .slice(index + 1)
        .filter(({ gridPos: b }) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
        .map((other) => `${title} / ${other.title}`),
    )
    expect(overlaps).toEqual([])
  })

  it('names in its legends only labels that its queries keep', () => {
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        const kept = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/,\s*/))
        const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name)
        expect(kept, title).toEqual(expect.arrayContaining(named))
      }
    }
  })
})

describe('the alerts', () => {
  it('ask only for metrics and labels that the server has', async () => {
    expect(rules.length).toBeGreaterThan(10)
    expect(await unknownIn(rules.map(({ expr }) => expr))).toEqual([])
  })

  it('name in their summaries only labels that their expressions keep', () => {
    for (const { alert, expr, annotations } of rules) {
      const kept = [
        ...metricsOf(expr).flatMap(({ labels }) => labels),
        ...(expr.startsWith('up{') ? LABELS_OF_SCRAPE : []),
      ]
      const named = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, name]) => name)
      expect(kept, alert).toEqual(expect.arrayContaining(named))
    }
  })

  it('are all explained in the docs, and no others', () => {
    const page = read('docs/observability.md')
    const explained = [...page.matchAll(/^\| `(Recollect\w+)` \|/gm)].map(([, name]) => name)
    expect(explained).toEqual(rules.map(({ alert }) => alert))
  })
})
