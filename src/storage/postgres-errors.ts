import { StorageUnavailableError } from '../errors.js'

/**
 * SQLSTATE classes and codes that say the database cannot take this now, though the statement may be fine: connection
 * lost (08), no resources or too many connections (53), shut down or still starting (57P), I/O error (58), a standby
 * that only reads (25006), a statement or a lock that took too long (57014, 55P03), not let in (28, 3D000).
 */
const UNAVAILABLE = /^(08|53|57P|58|28|25006|57014|55P03|3D000)/

/** What node says of a connection that is not there. */
const CONNECTION_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

/** What the driver says, which gives no codes, of connections that ended, did not come about or do not answer. */
const DRIVER_MESSAGES = /connection terminated|connection ended|timeout|not queryable|was closed|cannot use a pool/i

/**
 * What another transaction was in the way of: serialisation failure, deadlock, and a row that another node inserted
 * first. Read anew, the same work ends well or is refused for a reason.
 */
const RETRYABLE = new Set(['40001', '40P01', '23505'])

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** The SQLSTATE for which a transaction is worth another try; nothing for all else. */
export function retryableCode(error: unknown): string | undefined {
  const code = codeOf(error)
  return RETRYABLE.has(code) ? code : undefined
}

/** A driver's error as the rest of the program knows it: unavailable, or a fault of the statement as it was. */
export function toStorageError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageUnavailableError) return error
  const code = codeOf(error)
  const lost = CONNECTION_ERRORS.has(code) || (code === '' && DRIVER_MESSAGES.test(error.message))
  if (!lost && !UNAVAILABLE.test(code)) return error
  return new StorageUnavailableError(code === '' ? error.message : `${code}: ${error.message}`)
}
