import { expect, it } from 'vitest'
import { watchEventLoop } from '../../src/event-loop-lag.js'
import { Distribution, LATENCY_BOUNDS } from '../../src/metrics/distribution.js'
import { eventually } from '../support/api.js'

it('tells a stall by its length', async () => {
  const lag = new Distribution(LATENCY_BOUNDS)
  watchEventLoop(lag)
  await eventually(
    async () => lag.count,
    (count) => count > 0,
  )
  const before = lag.sum
  const end = performance.now() + 150
  while (performance.now() < end) Math.sqrt(end)
  const rise = await eventually(
    async () => lag.sum - before,
    (sum) => sum > 0.1,
  )
  expect(rise).toBeGreaterThan(0.1)
})
