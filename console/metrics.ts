/** One sample of Prometheus’ text format. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = LINE.exec(line)
    if (match === null || line.startsWith('#')) return []
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(LABEL)].map(([, name, value]) => [name, value]))
    return [{ name: match[1] ?? '', labels, value: Number(match[3]) }]
  })
}

const DURATION = 'recollect_http_request_duration_seconds'
/** Requests for pages and metrics are not the work of a server. */
const NOT_COUNTED = 'unknown'

/** What the console draws, at one moment. */
export interface Snapshot {
  /** Milliseconds, of the page’s clock. */
  readonly at: number
  readonly requests: number
  readonly failures: number
  /** Requests answered within so many seconds, by the bound. */
  readonly buckets: ReadonlyMap<number, number>
  readonly jobs: number | undefined
  readonly texts: number | undefined
  readonly databaseBytes: number | undefined
  readonly memoryBytes: number | undefined
  readonly lagSeconds: number | undefined
}

export function takeSnapshot(text: string, at: number): Snapshot {
  const samples = parseMetrics(text)
  const gauge = (name: string) => samples.find((sample) => sample.name === name)?.value
  const own = samples.filter(({ labels }) => labels.operation !== undefined && labels.operation !== NOT_COUNTED)
  const counts = own.filter(({ name }) => name === `${DURATION}_count`)
  const sum = (all: readonly Sample[]) => all.reduce((total, { value }) => total + value, 0)
  const buckets = new Map<number, number>()
  for (const { name, labels, value } of own) {
    if (name !== `${DURATION}_bucket`) continue
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)
    buckets.set(bound, (buckets.get(bound) ?? 0) + value)
  }
  return {
    at,
    requests: sum(counts),
    failures: sum(counts.filter(({ labels }) => labels.status?.startsWith('5'))),
    buckets,
    jobs: gauge('recollect_jobs_queued'),
    texts: gauge('recollect_texts_queued'),
    databaseBytes: gauge('recollect_database_bytes'),
    memoryBytes: gauge('process_resident_memory_bytes'),
    lagSeconds: gauge('nodejs_eventloop_lag_p99_seconds'),
  }
}

/** Requests a second between two moments; nothing when the server began anew between them. */
export function rateBetween(before: Snapshot, after: Snapshot, count: 'requests' | 'failures'): number | undefined {
  const difference = after[count] - before[count]
  const seconds = (after.at - before.at) / 1000
  return difference < 0 || seconds <= 0 ? undefined : difference / seconds
}

/** Milliseconds within which a share of the requests between two moments was answered, from the histogram. */
export function quantileBetween(before: Snapshot, after: Snapshot, share: number): number | undefined {
  const counts = [...after.buckets]
    .map(([bound, count]) => [bound, count - (before.buckets.get(bound) ?? 0)] as const)
    .toSorted(([a], [b]) => a - b)
  const total = counts.at(-1)?.[1] ?? 0
  if (total <= 0) return undefined
  const wanted = total * share
  let lowBound = 0
  let lowCount = 0
  for (const [bound, count] of counts) {
    if (count >= wanted) {
      if (bound === Number.POSITIVE_INFINITY) return lowBound * 1000
      const within = count === lowCount ? 1 : (wanted - lowCount) / (count - lowCount)
      return (lowBound + (bound - lowBound) * within) * 1000
    }
    lowBound = bound
    lowCount = count
  }
  return undefined
}
