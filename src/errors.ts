/** The catalogue of error codes: Twilio's platform codes and the product codes of the Memory API. */
export const ERROR_CODES = {
  badRequest: 400,
  unauthorized: 20003,
  forbidden: 20403,
  notFound: 20404,
  conflict: 20409,
  preconditionFailed: 20412,
  tooManyRequests: 20429,
  internal: 20500,
  unavailable: 20503,
  storeNotFound: 520041,
  storeNotActive: 520042,
  staleIfMatch: 520043,
  storeLimit: 520044,
  storeNameTaken: 520045,
  schemaViolation: 520046,
  traitGroupNotFound: 520047,
  mappingNotFound: 520048,
  malformedStoreId: 520049,
  malformedOperationId: 520051,
  traitGroupLimit: 520053,
  traitLimit: 520054,
  traitGroupExists: 520055,
  mappingNameTaken: 520056,
} as const

const MAX_MESSAGE_LENGTH = 1024

/** What every refusal looks like on the wire (schema TwilioError of the document). */
export interface ErrorBody {
  code: number
  message: string
  more_info: string
  status: number
}

/** A refusal that a client sees: HTTP status, code of the catalogue, and a message a person can act on. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : message)
  }

  toBody(): ErrorBody {
    return errorBody(this.status, this.code, this.message)
  }
}

/** The database cannot take a write or a read now: disk full, I/O error, gone. Nothing of the request was applied. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError'
}

/** The answer for an id that was merged into another profile: 301 or 308 with the canonical id. */
export class ProfileMovedError extends Error {
  override readonly name = 'ProfileMovedError'

  constructor(
    readonly profileId: string,
    readonly canonicalId: string,
  ) {
    super(`Profile ${profileId} was merged into ${canonicalId}`)
  }
}

/** Work that is no longer wanted: nothing of its transaction may stay. */
export class WorkStoppedError extends Error {
  override readonly name = 'WorkStoppedError'

  /** @param reason another worker holds the job now; or the import was cancelled */
  constructor(readonly reason: 'lease-lost' | 'import-cancelled') {
    super(`the work is no longer wanted: ${reason}`)
  }
}

/** Builds the error body; `more_info` points to Twilio's error directory, as the SDKs expect. */
export function errorBody(status: number, code: number, message: string): ErrorBody {
  return { code, message, more_info: `https://www.twilio.com/docs/api/errors/${code}`, status }
}

export function badRequest(message: string, code: number = ERROR_CODES.badRequest): ApiError {
  return new ApiError(400, code, message)
}

export function unauthorized(): ApiError {
  return new ApiError(
    401,
    ERROR_CODES.unauthorized,
    'Authentication failed: send HTTP Basic credentials, an account SID with its auth token or an API key SID with its secret',
    { 'WWW-Authenticate': 'Basic realm="Recollect"' },
  )
}

/** The credentials are right, but not for this. */
export function forbidden(message: string): ApiError {
  return new ApiError(403, ERROR_CODES.forbidden, message)
}

export function notFound(what: string, code: number = ERROR_CODES.notFound): ApiError {
  return new ApiError(404, code, `${what} was not found`)
}

export function storeNotFound(storeId: string): ApiError {
  return notFound(`Store ${storeId}`, ERROR_CODES.storeNotFound)
}

export function storeNotActive(storeId: string, status: string): ApiError {
  return new ApiError(
    400,
    ERROR_CODES.storeNotActive,
    `Store ${storeId} is ${status}; wait until it is ACTIVE and try again`,
  )
}

export function conflict(message: string, code: number = ERROR_CODES.conflict): ApiError {
  return new ApiError(409, code, message)
}

export function limitReached(message: string, code: number): ApiError {
  return new ApiError(400, code, message)
}

export function payloadTooLarge(limitBytes: number): ApiError {
  return new ApiError(413, ERROR_CODES.badRequest, `The request body is larger than the limit of ${limitBytes} bytes`)
}

export function internalError(): ApiError {
  return new ApiError(500, ERROR_CODES.internal, 'Internal server error')
}

/** @param seconds to wait before trying again */
export function tooManyRequests(message: string, seconds: number): ApiError {
  return new ApiError(429, ERROR_CODES.tooManyRequests, `${message}: try again after Retry-After`, {
    'Retry-After': String(seconds),
  })
}

/** Storage cannot take the request now (disk full, database gone); nothing was applied. */
export function unavailable(message: string): ApiError {
  return new ApiError(503, ERROR_CODES.unavailable, message, { 'Retry-After': '1' })
}
