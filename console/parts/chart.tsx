/** A line of a chart; a gap stands where nothing was measured. */
export interface Series {
  readonly name: string
  readonly values: readonly (number | undefined)[]
}

const WIDTH = 300
const HEIGHT = 72
const TOP = 4

function pathOf(values: readonly (number | undefined)[], slots: number, largest: number): string {
  const step = WIDTH / Math.max(1, slots - 1)
  const first = slots - values.length
  let pen = 'M'
  return values
    .map((value, index) => {
      if (value === undefined) {
        pen = 'M'
        return ''
      }
      const x = (first + index) * step
      const y = HEIGHT - 1 - (value / largest) * (HEIGHT - TOP - 1)
      const part = `${pen}${x.toFixed(1)} ${y.toFixed(1)}`
      pen = 'L'
      return part
    })
    .join('')
}

interface ChartProps {
  title: string
  series: readonly Series[]
  /** How many measurements fit. */
  slots: number
  format: (value: number) => string
}

/** A small chart of the last minutes. The figures stand beside it as text. */
export function Chart({ title, series, slots, format }: ChartProps) {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== undefined))
  const largest = Math.max(...known, 0) || 1
  const names = ['first', 'second']
  const latest = series[0]?.values.at(-1)
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span>
        <b>{latest === undefined ? '–' : format(latest)}</b>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="ground" d={`M0 ${HEIGHT - 0.5}H${WIDTH}M0 ${TOP}H${WIDTH}`} />
        {series.map(({ name, values }, index) => (
          <path key={name} class={names[index] ?? 'first'} d={pathOf(values, slots, largest)} />
        ))}
      </svg>
      <div class="row apart small-text soft">
        <span>
          {series.map(({ name, values }, index) => {
            const value = values.at(-1)
            return (
              <span key={name} class={`key ${index === 1 ? 'second' : ''}`}>
                {name}
                {index > 0 && value !== undefined ? ` ${format(value)} ` : ' '}
              </span>
            )
          })}
        </span>
        <span>{known.length === 0 ? 'measuring' : `max ${format(Math.max(...known))}`}</span>
      </div>
    </figure>
  )
}
