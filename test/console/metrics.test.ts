import { expect, it } from 'vitest'
import { parseMetrics, quantileBetween, rateBetween, takeSnapshot } from '../../console/metrics.js'

/** Metrics after so many requests of 1 to 5 ms, and of 50 to 100 ms. */
function metricsAfter(fast: number, slow: number): string {
  const series = (le: string, value: number) =>
    `recollect_http_request_duration_seconds_bucket{le="${le}",operation="FetchProfile",status="200"} ${value}`
  return [
    '# HELP recollect_jobs_queued Background jobs that wait or run',
    'recollect_jobs_queued 3',
    series('0.001', 0),
    series('0.005', fast),
    series('0.05', fast),
    series('0.1', fast + slow),
    series('+Inf', fast + slow),
    `recollect_http_request_duration_seconds_count{operation="FetchProfile",status="200"} ${fast + slow}`,
    'recollect_http_request_duration_seconds_count{operation="unknown",status="200"} 999',
  ].join('\n')
}

it('reads names, labels and values', () => {
  expect(parseMetrics('# TYPE a gauge\na{b="c \\"d\\"",e="f"} 1.5e3\ng NaN')).toEqual([
    { name: 'a', labels: { b: 'c \\"d\\"', e: 'f' }, value: 1500 },
    { name: 'g', labels: {}, value: Number.NaN },
  ])
})

it('counts requests a second between two moments, its own left out, and nothing over a restart', () => {
  const before = takeSnapshot(metricsAfter(10, 0), 1000)
  const after = takeSnapshot(metricsAfter(30, 0), 3000)
  expect(rateBetween(before, after, 'requests')).toBe(10)
  expect(rateBetween(after, before, 'requests')).toBeUndefined()
  expect(after).toMatchObject({ jobs: 3, texts: undefined })
})

it('reads percentiles off the buckets that grew', () => {
  const before = takeSnapshot(metricsAfter(1000, 1000), 0)
  const after = takeSnapshot(metricsAfter(1090, 1010), 2000)
  const median = quantileBetween(before, after, 0.5) ?? 0
  expect(median).toBeGreaterThan(1)
  expect(median).toBeLessThanOrEqual(5)
  const highest = quantileBetween(before, after, 0.99) ?? 0
  expect(highest).toBeGreaterThan(50)
  expect(highest).toBeLessThanOrEqual(100)
  expect(quantileBetween(after, after, 0.5)).toBeUndefined()
})
