import { destination, type Logger as PinoLogger, pino } from 'pino'
import type { Config } from './config.js'

/** What the program logs with: JSON lines on stderr, ids only, never trait values, texts or secrets. */
export type Logger = PinoLogger

export function createLogger(level: Config['logLevel']): Logger {
  return pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } }, destination(2))
}
