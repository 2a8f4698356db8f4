import { destination, type Logger as PinoLogger, pino } from 'pino'
import type { Config } from './config.js'

/** What the program logs with: JSON lines on stderr, ids only, never trait values, texts or secrets. */
export type Logger = PinoLogger

const STDERR = 2
/** A line a request, written one by one, would take a twentieth of the processor. */
const BUFFERED_BYTES = 8192
const FLUSH_MS = 50

/** A log whose lines are out after 50 ms at the latest, and before the process ends, unless it is killed. */
export function createLogger(level: Config['logLevel']): Logger {
  if (level === 'silent') return pino({ level })
  const stderr = destination({ dest: STDERR, minLength: BUFFERED_BYTES, periodicFlush: FLUSH_MS })
  process.once('exit', () => stderr.flushSync())
  return pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } }, stderr)
}
