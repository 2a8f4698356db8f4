import { setTimeout as sleep } from 'node:timers/promises'
import type { Signal } from '../context.js'

export interface Loop {
  /** Lets the round under way end and resolves. */
  stop(): Promise<void>
}

/**
 * Runs rounds until it is stopped: one after the other while there is work, else when woken or after a while.
 *
 * @param signal its `wake` is set to wake this loop, together with those it woke before
 * @param round works and resolves with whether there was work; must not throw
 */
export function startLoop(
  signal: Signal,
  idleMs: number,
  round: (shouldStop: () => boolean) => Promise<boolean>,
): Loop {
  const stopped = new AbortController()
  let wake = new AbortController()
  const wakeOthers = signal.wake
  signal.wake = () => {
    wakeOthers()
    wake.abort()
    wake = new AbortController()
  }
  const run = async () => {
    while (!stopped.signal.aborted) {
      const interruption = AbortSignal.any([wake.signal, stopped.signal])
      if (await round(() => stopped.signal.aborted)) continue
      await sleep(idleMs, undefined, { signal: interruption, ref: false }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    async stop() {
      stopped.abort()
      await running
    },
  }
}
