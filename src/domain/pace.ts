import { setImmediate as nextTurn } from 'node:timers/promises'

/** A fetch that comes meanwhile waits so long at most, a few times what it takes by itself. */
const LONGEST_TURN_MS = 2

/** To be awaited between the steps of long work. */
export type Pace = () => Promise<void>

/**
 * Keeps long work on the main thread from holding up others: to be awaited between its steps, it lets the event loop turn
 * once some 2 ms have passed.
 */
export function createPace(): Pace {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < LONGEST_TURN_MS) return
    await nextTurn()
    began = performance.now()
  }
}
