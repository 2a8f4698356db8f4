import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Panel, ROWS } from './dashboard/panels.js'

/** Writes ops/grafana/recollect.json, the dashboard, from the list of its panels. */

const FILE = new URL('../ops/grafana/recollect.json', import.meta.url)

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the dashboard.
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }
const WIDTH = 8
const HEIGHT = 8
const COLUMNS = 24

function toPanels(): unknown[] {
  const panels: unknown[] = []
  let y = 0
  for (const [row, members] of ROWS) {
    panels.push({
      type: 'row',
      id: panels.length + 1,
      title: row,
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
      panels: [],
    })
    y += 1
    for (const [index, panel] of members.entries()) {
      const x = (index * WIDTH) % COLUMNS
      if (index > 0 && x === 0) y += HEIGHT
      panels.push(toPanel(panel, panels.length + 1, { h: HEIGHT, w: WIDTH, x, y }))
    }
    y += HEIGHT
  }
  return panels
}

function toPanel({ title, unit, queries }: Panel, id: number, gridPos: object): object {
  return {
    type: 'timeseries',
    id,
    title,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 5, showPoints: 'never' } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
  }
}

const dashboard = {
  title: 'Recollect',
  uid: 'recollect',
  tags: ['recollect'],
  schemaVersion: 39,
  editable: true,
  refresh: '30s',
  time: { from: 'now-1h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
      {
        name: 'instance',
        type: 'query',
        label: 'Node',
        datasource: DATASOURCE,
        query: { query: 'label_values(recollect_build_info, instance)', refId: 'instance' },
        refresh: 2,
        includeAll: true,
        multi: true,
        current: { text: 'All', value: '$__all' },
      },
    ],
  },
  panels: toPanels(),
}

writeFileSync(FILE, `${JSON.stringify(dashboard, null, 2)}\n`)
console.log(`${fileURLToPath(FILE)} is written`)
