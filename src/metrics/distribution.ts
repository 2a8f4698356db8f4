/** Upper bounds of what a request, a stage of it or a commit takes, in seconds. */
export const LATENCY_BOUNDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** Upper bounds of how many share something. */
export const SIZE_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

/** What a distribution observed: plain data. */
export type DistributionCounts = Pick<Distribution, 'counts' | 'sum'>

/**
 * Counts values by size, for a histogram that is made when it is asked for. To observe costs some 20 ns,
 * with labels 60; the histogram of prom-client, which writes them anew each time, takes 450 ns.
 */
export class Distribution {
  /** How many values were at most as large as the bound of the same index and larger than the one before; the last: all others. */
  readonly counts: Float64Array
  sum = 0

  /** @param bounds ascending */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    let index = 0
    while (index < this.bounds.length && value > (this.bounds[index] ?? 0)) index += 1
    this.counts[index] = (this.counts[index] ?? 0) + 1
    this.sum += value
  }

  /** What was observed since the last time, which is forgotten: another thread adds it to its own. */
  take(): DistributionCounts {
    const taken = { counts: this.counts.slice(), sum: this.sum }
    this.counts.fill(0)
    this.sum = 0
    return taken
  }

  /** @param more of the same bounds */
  add(more: DistributionCounts): void {
    more.counts.forEach((count, index) => {
      this.counts[index] = (this.counts[index] ?? 0) + count
    })
    this.sum += more.sum
  }

  /** How many values were observed. */
  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0)
  }
}

/** Distributions by two labels, made when they are first observed. */
export class LabelledDistributions {
  readonly #byLabels = new Map<string, Map<string | number, Distribution>>()

  constructor(readonly bounds: readonly number[]) {}

  observe(first: string, second: string | number, value: number): void {
    let bySecond = this.#byLabels.get(first)
    if (bySecond === undefined) {
      bySecond = new Map()
      this.#byLabels.set(first, bySecond)
    }
    let distribution = bySecond.get(second)
    if (distribution === undefined) {
      distribution = new Distribution(this.bounds)
      bySecond.set(second, distribution)
    }
    distribution.observe(value)
  }

  *entries(): Iterable<{ readonly labels: readonly [string, string]; readonly distribution: Distribution }> {
    for (const [first, bySecond] of this.#byLabels) {
      for (const [second, distribution] of bySecond) yield { labels: [first, String(second)], distribution }
    }
  }
}
