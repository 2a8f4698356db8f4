import { type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino'
import type { Config } from './config.js'
import { openLogDestination } from './log-destination.js'

/** A request that was answered: ids only. */
export interface RequestEntry {
  readonly request: string
  readonly operation: string
  readonly status: number
  /** From the request to its answer, in milliseconds. */
  readonly ms: number
  readonly credential: string | undefined
}

/** What the program logs with: JSON lines on stderr, ids only, never trait values, texts or secrets. */
export interface Logger extends PinoLogger {
  /** Logs a request like `info`, in a quarter of the time: there is one for each. */
  request(entry: RequestEntry): void
}

const STDERR = 2

/** What the log says of an error. */
export interface ErrorDescription {
  readonly type: string
  readonly code?: string
  readonly message?: string
  readonly stack?: string
  readonly cause?: ErrorDescription
}

const STACK_LINE = /^\s+at /

/**
 * An error without what it may quote of a client's data: of a database's errors (SQLSTATE classes 22 and 23 quote values)
 * and of parsers' the message stays out, and what an error carries beside code and cause.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const quotes = error instanceof SyntaxError || 'severity' in error
  const frames = error.stack?.split('\n').filter((line) => STACK_LINE.test(line))
  return {
    type: error.name,
    ...(code !== undefined && { code }),
    ...(!quotes && { message: error.message }),
    ...(frames !== undefined && { stack: frames.join('\n') }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  }
}

/** A log whose lines are out after 50 ms at the latest, and before the process ends, unless it is killed. */
export function createLogger(level: Config['logLevel']): Logger {
  if (level === 'silent') return Object.assign(pino({ level }), { request: () => undefined })
  const stderr = openLogDestination(STDERR, (lost) =>
    log.warn({ lost }, 'the log could not be written; lines are lost'),
  )
  const options = { formatters: { level: (label: string) => ({ level: label }) }, serializers: { err: describeError } }
  const log: PinoLogger = pino({ level, base: null, ...options }, stderr)
  const request = log.isLevelEnabled('info')
    ? (entry: RequestEntry) => void stderr.write(toLine(entry))
    : () => undefined
  return Object.assign(log, { request })
}

/** Nothing in it needs escaping: all of it was made here or checked against what was. */
function toLine({ request, operation, status, ms, credential }: RequestEntry): string {
  const who = credential === undefined ? '' : `,"credential":"${credential}"`
  const rounded = Math.round(ms * 100) / 100
  return `{"level":"info"${stdTimeFunctions.epochTime()},"request":"${request}","operation":"${operation}","status":${status},"ms":${rounded}${who},"msg":"request"}\n`
}
