import { median, percentile } from '../statistics.js'

/** What a server said of itself at one moment, and how long requests took since the moment before. */
export interface Reading {
  readonly second: number
  readonly values: Readonly<Record<Figure, number>>
}

/** What is watched, how it is shown, and from which difference on between first and last third it counts as growth. */
export const FIGURES = {
  rssMib: { title: 'resident memory, MiB', share: 0.1, floor: 16 },
  heapMib: { title: 'heap in use, MiB', share: 0.15, floor: 12 },
  externalMib: { title: 'memory outside the heap, MiB', share: 0.15, floor: 12 },
  files: { title: 'open files and sockets', share: 0.05, floor: 4 },
  handles: { title: 'active handles', share: 0.05, floor: 4 },
  p50Ms: { title: 'latency p50, ms', share: 0.3, floor: 1 },
  p99Ms: { title: 'latency p99, ms', share: 0.5, floor: 10 },
  requests: { title: 'operations a second', share: Number.POSITIVE_INFINITY, floor: 0 },
  databaseMib: { title: 'database, MiB (events are kept)', share: Number.POSITIVE_INFINITY, floor: 0 },
} as const
export type Figure = keyof typeof FIGURES

export interface Verdict {
  readonly figure: Figure
  readonly first: number
  readonly last: number
  /** Median of the slopes between all pairs of readings, per hour. */
  readonly perHour: number
  readonly grows: boolean
}

/** So much of a run only warms up: caches fill, code is compiled, the heap finds its size. */
const WARM_UP_SHARE = 0.2

/**
 * Compares the first third of a run with its last, without the beginning, in which every server grows. A figure grows
 * when the median of the last third is above that of the first by more than its share and its floor, and the slope says
 * so too.
 */
export function judge(readings: readonly Reading[]): Verdict[] {
  const warm = readings.slice(Math.ceil(readings.length * WARM_UP_SHARE))
  const third = Math.max(1, Math.floor(warm.length / 3))
  return (Object.keys(FIGURES) as Figure[]).map((figure) => {
    const values = warm.map((reading) => reading.values[figure])
    const first = median(values.slice(0, third))
    const last = median(values.slice(-third))
    const perHour = slopeOf(warm, figure) * 3600
    const { share, floor } = FIGURES[figure]
    const grows = last - first > Math.max(first * share, floor) && perHour > 0
    return { figure, first, last, perHour, grows }
  })
}

/** The median of the slopes between all pairs: no single outlier moves it. */
function slopeOf(readings: readonly Reading[], figure: Figure): number {
  const slopes = readings.flatMap((a, index) =>
    readings.slice(index + 1).map((b) => (b.values[figure] - a.values[figure]) / (b.second - a.second)),
  )
  return slopes.length === 0 ? 0 : median(slopes)
}

/** The latencies of one interval. */
export function latencyFigures(ms: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = ms.toSorted((a, b) => a - b)
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) }
}

/** A table for docs and terminals. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const number = (value: number) => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0))
  const rows = verdicts.map(({ figure, first, last, perHour, grows }) => {
    const cells = [FIGURES[figure].title, number(first), number(last), number(perHour), grows ? 'GROWS' : 'no']
    return `| ${cells.join(' | ')} |`
  })
  return ['| | first third | last third | slope an hour | grows |', '|---|---:|---:|---:|---|', ...rows].join('\n')
}
