import { write, writeSync } from 'node:fs'

/** A line a request, written one by one, would take a twentieth of the processor. */
const BUFFERED_CHARACTERS = 16_000
const FLUSH_MS = 50
/** What is held of a log that cannot be written; lines beyond it are lost. */
const MAX_HELD_CHARACTERS = 1_000_000
/** A write that takes longer has a reader that stands still, whom the end of the process does not wait for. */
const STUCK_MS = 1000
const RETRY_MS = 10

/** Where lines of a log go. */
export interface LogDestination {
  /** @param line with its end */
  write(line: string): void
  /** Writes what is held, on this thread; pino calls it after a line at level fatal, for then the process ends. */
  flushSync(): void
}

/**
 * Writes lines to a file descriptor, off this thread: after 50 ms at the latest, and before the process ends, unless it is
 * killed. Where they cannot be written, because the disk is full or who reads them is gone or stands still, they are held,
 * and beyond a megabyte lost. The process goes on, and ends, without them: the destination of pino tries again for ever.
 *
 * @param onLost told how many lines were lost, once lines can be written again
 */
export function openLogDestination(fd: number, onLost: (lines: number) => void): LogDestination {
  let held = ''
  /** What is being written, or could not be. */
  let chunk: Buffer = Buffer.alloc(0)
  /** Since when it is being written, by the clock of the process. */
  let since: number | undefined
  let failing = false
  let lost = 0

  const flush = () => {
    if (since !== undefined) return
    if (chunk.length === 0) {
      chunk = Buffer.from(held)
      held = ''
    }
    if (chunk.length === 0) return
    since = performance.now()
    write(fd, chunk, (error, bytes) => {
      since = undefined
      failing = error !== null
      // It is tried again in a while.
      if (failing) return
      chunk = chunk.subarray(bytes)
      if (chunk.length > 0 || held.length >= BUFFERED_CHARACTERS) return flush()
      const count = lost
      lost = 0
      if (count > 0) onLost(count)
    })
  }
  setInterval(flush, FLUSH_MS).unref()
  const flushSync = () => {
    const last = Buffer.from(held)
    if (since === undefined) {
      chunk = writeAll(fd, Buffer.concat([chunk, last]))
    } else {
      if (performance.now() - since > STUCK_MS) return
      // What is under way is in the hands of another thread, and comes first.
      sleep(RETRY_MS)
      writeAll(fd, last)
    }
    held = ''
  }
  process.once('exit', flushSync)
  return {
    write(line) {
      if (held.length + line.length > MAX_HELD_CHARACTERS) {
        lost += 1
        return
      }
      held += line
      if (held.length >= BUFFERED_CHARACTERS && !failing) flush()
    },
    flushSync,
  }
}

/**
 * Writes on this thread, up to the first failure; a reader that is late is waited for a little.
 *
 * @returns what was not written
 */
function writeAll(fd: number, bytes: Buffer): Buffer {
  const end = performance.now() + STUCK_MS
  let rest = bytes
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > end) return rest
      sleep(RETRY_MS)
    }
  }
  return rest
}

/** Stops this thread, as only the end of a process may. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
