import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Between the default, 0, and the lowest, 19: a third of the processor when another thread wants it too. */
const NICENESS = 5

/**
 * Lets this thread give way to the others of the process, and of the machine, when there is not enough processor for
 * all. On Linux only, where a thread has a priority of its own; elsewhere it does nothing.
 */
export function lowerThreadPriority(): void {
  try {
    // The calling thread, as <process>/task/<thread>.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    setPriority(thread, NICENESS)
  } catch {
    // Without it the thread only takes its turn like any other.
  }
}
