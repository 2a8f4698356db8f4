import { setImmediate as nextTurn } from 'node:timers/promises'

/** A fetch that comes meanwhile waits so long at most, a few times what it takes by itself. */
const LONGEST_TURN_MS = 2
/** Items that take some microseconds each: to look at the clock after every one would cost as much again. */
const ITEMS_A_LOOK = 16

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

/** Maps items, some microseconds each, in their order and at a pace; at once when there is none to keep. */
export async function mapAtPace<T, R>(
  pace: Pace | undefined,
  items: readonly T[],
  map: (item: T, index: number) => R,
): Promise<R[]> {
  if (pace === undefined) return items.map(map)
  const results: R[] = []
  for (const [index, item] of items.entries()) {
    results.push(map(item, index))
    if (index % ITEMS_A_LOOK === ITEMS_A_LOOK - 1) await pace()
  }
  await pace()
  return results
}
