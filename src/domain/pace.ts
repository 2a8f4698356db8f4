import { setImmediate as nextTurn } from 'node:timers/promises'

const LONGEST_TURN_MS = 10

/**
 * Keeps long work on the main thread from holding up others: to be awaited between its steps, it lets the event loop turn
 * once some 10 ms have passed.
 */
export function createPace(): () => Promise<void> {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < LONGEST_TURN_MS) return
    await nextTurn()
    began = performance.now()
  }
}
