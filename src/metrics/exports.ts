import {
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValueWithName,
  type Registry,
} from 'prom-client'
import type { Distribution } from './distribution.js'

/** What something counted is called. */
export interface MetricName<Label extends string = never> {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly Label[]
}

/** A value with its labels. */
export interface Sample<Label extends string = string> {
  readonly labels: Readonly<Record<Label, string>>
  readonly value: number
}

/** A distribution with its labels. */
export interface DistributionSample<Label extends string = string> {
  readonly labels: Readonly<Record<Label, string>>
  readonly distribution: Distribution
}

/** A histogram whose values are read when it is asked for. */
class DistributionHistogram extends Histogram<string> {
  readonly #name: MetricName<string>
  readonly #read: () => Iterable<DistributionSample>

  constructor(
    name: MetricName<string>,
    bounds: readonly number[],
    registry: Registry,
    read: () => Iterable<DistributionSample>,
  ) {
    super({ ...name, labelNames: [...(name.labelNames ?? [])], buckets: [...bounds], registers: [registry] })
    this.#name = name
    this.#read = read
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help } = this.#name
    const values = [...this.#read()].flatMap((sample) => toValues(name, sample))
    // The kinds of metrics are an enum in the types and text in the program.
    return { name, help, type: 'histogram', aggregator: 'sum', values } as unknown as MetricObjectWithValues<
      MetricValueWithName<string>
    >
  }

  /** What the registry asks where it writes text. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get()
  }
}

function toValues(name: string, { labels, distribution }: DistributionSample): MetricValueWithName<string>[] {
  const { bounds, counts, sum } = distribution
  let total = 0
  const buckets = Array.from(counts, (count, index) => {
    total += count
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? '+Inf' }, value: total }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { ...labels }, value: sum },
    { metricName: `${name}_count`, labels: { ...labels }, value: total },
  ]
}

/** Registers a histogram of distributions that others fill. */
export function exportDistributions<Label extends string>(
  registry: Registry,
  name: MetricName<Label>,
  bounds: readonly number[],
  read: () => Iterable<DistributionSample<Label>>,
): void {
  new DistributionHistogram(name, bounds, registry, read)
}

/** Registers a counter of numbers that others raise. */
export function exportCounts<Label extends string>(
  registry: Registry,
  { labelNames = [], ...name }: MetricName<Label>,
  read: () => Iterable<Sample<Label>>,
): void {
  new Counter({
    ...name,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, value } of read()) this.inc(labels, value)
    },
  })
}

/**
 * Registers a gauge that is read when it is asked for. While it cannot be read it has no value, and the other metrics
 * still go out.
 */
export function exportGauge<Label extends string = never>(
  registry: Registry,
  { labelNames = [], ...name }: MetricName<Label>,
  read: () => Promise<number | undefined> | Iterable<Sample<Label>>,
): void {
  new Gauge<Label>({
    ...name,
    labelNames: [...labelNames],
    registers: [registry],
    async collect() {
      this.reset()
      // Without labels a gauge that was reset says 0.
      if (labelNames.length === 0) this.remove()
      try {
        const given = await read()
        if (typeof given === 'number') this.set(given)
        else for (const { labels, value } of given ?? []) this.set(labels, value)
      } catch {
        // What the database does not tell now has no value.
      }
    },
  })
}

/** Several gauges of one scrape, and scrapes at the same time, share one read. */
export function shareRead<T>(read: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined
  return () => {
    pending ??= read().finally(() => {
      pending = undefined
    })
    return pending
  }
}
