/**
 * A small writer of line plots as SVG: panels side by side, the same few series in each. The background is left out
 * and all colours are of middling lightness, so that it reads on light and on dark pages.
 */
export interface Line {
  readonly series: string
  /** y by x, x rising; every x is one of the panel's ticks. */
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export interface Panel {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly lines: readonly Line[]
}

const COLORS = ['#2f81f7', '#d2691e', '#2da44e', '#a371f7']
/** Readable on white and on black alike. */
const INK = '#7d8590'
const GRID = '#7d859055'
const WIDTH = 420
const HEIGHT = 270
const PLOT = { left: 66, top: 34, right: WIDTH - 16, bottom: HEIGHT - 48 }
const LEGEND_HEIGHT = 30
const COLUMNS = 2
const Y_TICKS = 4

/** @param series names in the order of their colours */
export function drawPanels(panels: readonly Panel[], series: readonly string[], title: string): string {
  const width = COLUMNS * WIDTH
  const height = Math.ceil(panels.length / COLUMNS) * HEIGHT + LEGEND_HEIGHT
  const drawn = panels.map((panel, index) => {
    const x = (index % COLUMNS) * WIDTH
    const y = Math.floor(index / COLUMNS) * HEIGHT + LEGEND_HEIGHT
    return `<g transform="translate(${x} ${y})">${drawPanel(panel, series)}</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="system-ui, sans-serif" font-size="12" fill="${INK}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    drawLegend(series),
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

function drawLegend(series: readonly string[]): string {
  return series
    .map((name, index) => {
      const x = PLOT.left + index * 130
      const line = `<line x1="${x}" y1="16" x2="${x + 24}" y2="16" stroke="${colorOf(index)}" stroke-width="2.5"/>`
      return `${line}${mark(x + 12, 16, index)}${text(name, x + 30, 20)}`
    })
    .join('')
}

function drawPanel({ title, xLabel, yLabel, lines }: Panel, series: readonly string[]): string {
  const all = lines.flatMap(({ points }) => points)
  const ticks = [...new Set(all.map(({ x }) => x))].sort((a, b) => a - b)
  const step = niceStep(Math.max(...all.map(({ y }) => y)) / Y_TICKS)
  const top = Math.ceil(Math.max(...all.map(({ y }) => y)) / step) * step
  const toX = (x: number) => scale(ticks.indexOf(x), Math.max(1, ticks.length - 1), PLOT.left + 12, PLOT.right - 12)
  const toY = (y: number) => scale(y, top, PLOT.bottom, PLOT.top)
  const middle = (PLOT.top + PLOT.bottom) / 2
  const parts = [text(title, PLOT.left, 20, 'font-weight="600"')]
  for (let y = 0; y <= top + step / 2; y += step) {
    const at = toY(y)
    parts.push(`<line x1="${PLOT.left}" y1="${at}" x2="${PLOT.right}" y2="${at}" stroke="${GRID}"/>`)
    parts.push(text(formatTick(y), PLOT.left - 8, at + 4, 'text-anchor="end"'))
  }
  for (const x of ticks) parts.push(text(String(x), toX(x), PLOT.bottom + 18, 'text-anchor="middle"'))
  parts.push(text(xLabel, (PLOT.left + PLOT.right) / 2, PLOT.bottom + 36, 'text-anchor="middle"'))
  parts.push(text(yLabel, 14, middle, `text-anchor="middle" transform="rotate(-90 14 ${middle})"`))
  for (const line of lines) parts.push(drawLine(line, series.indexOf(line.series), toX, toY))
  return parts.join('\n')
}

type Scale = (value: number) => number

function drawLine({ series, points }: Line, index: number, toX: Scale, toY: Scale): string {
  const path = points.map(({ x, y }) => `${round(toX(x))},${round(toY(y))}`).join(' ')
  const marks = points.map(
    ({ x, y }) =>
      `<g><title>${escapeXml(`${series}: ${formatTick(y)} at ${x}`)}</title>${mark(toX(x), toY(y), index)}</g>`,
  )
  return `<polyline points="${path}" fill="none" stroke="${colorOf(index)}" stroke-width="2.5"/>${marks.join('')}`
}

/** A mark of another shape for each series, for those who do not tell the colours apart. */
function mark(x: number, y: number, index: number): string {
  const [cx, cy] = [round(x), round(y)]
  const fill = `fill="${colorOf(index)}"`
  if (index % 3 === 0) return `<circle cx="${cx}" cy="${cy}" r="4" ${fill}/>`
  if (index % 3 === 1) return `<rect x="${round(x - 4)}" y="${round(y - 4)}" width="8" height="8" ${fill}/>`
  return `<path d="M${cx} ${round(y - 5)}l5 9h-10z" ${fill}/>`
}

function text(content: string, x: number, y: number, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(content)}</text>`
}

/** 1, 2 or 5 times a power of ten, not below the raw step. */
export function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw) ?? 10
  return factor * power
}

function scale(value: number, largest: number, from: number, to: number): number {
  return from + (value / largest) * (to - from)
}

function formatTick(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en')
}

function round(value: number): number {
  return Number(value.toFixed(1))
}

function colorOf(index: number): string {
  return COLORS[index % COLORS.length] ?? INK
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
