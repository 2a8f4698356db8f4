import type { Distribution } from './metrics/distribution.js'

const INTERVAL_MS = 20

/**
 * Measures how late the event loop comes to a timer, as long as the process lives: a stall shows as one value of its
 * length, and everything that waited for the loop waited as long.
 *
 * @param lag told the seconds, fifty times a second
 */
export function watchEventLoop(lag: Distribution): void {
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    lag.observe(Math.max(0, now - last - INTERVAL_MS) / 1000)
    last = now
  }, INTERVAL_MS).unref()
}
