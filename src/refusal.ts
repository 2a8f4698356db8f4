import { ApiError, ProfileMovedError, StorageUnavailableError, WorkStoppedError } from './errors.js'

/** Why a write was refused, as plain data, which can be sent from one thread to another. */
export type Refusal =
  | {
      readonly kind: 'api'
      readonly status: number
      readonly code: number
      readonly message: string
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly kind: 'moved'; readonly profileId: string; readonly canonicalId: string }
  | { readonly kind: 'stopped'; readonly reason: WorkStoppedError['reason'] }
  | { readonly kind: 'unavailable'; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string; readonly stack: string | undefined; readonly marks: Marks }

/** By these the log knows an error of a database, whose message may quote a client's data (log.ts). */
interface Marks {
  readonly code?: string
  readonly severity?: string
}

function findMarks(error: unknown): Marks {
  const { code, severity } = (error ?? {}) as Record<string, unknown>
  return { ...(typeof code === 'string' && { code }), ...(typeof severity === 'string' && { severity }) }
}

export function toRefusal(error: unknown): Refusal {
  if (error instanceof ApiError) {
    const { status, code, message, headers } = error
    return { kind: 'api', status, code, message, headers }
  }
  if (error instanceof ProfileMovedError) {
    const { profileId, canonicalId } = error
    return { kind: 'moved', profileId, canonicalId }
  }
  if (error instanceof WorkStoppedError) return { kind: 'stopped', reason: error.reason }
  if (error instanceof StorageUnavailableError) return { kind: 'unavailable', message: error.message }
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return { kind: 'fault', message, stack, marks: findMarks(error) }
}

/** The error that a refusal was made of. */
export function toError(refusal: Refusal): Error {
  switch (refusal.kind) {
    case 'api':
      return new ApiError(refusal.status, refusal.code, refusal.message, refusal.headers)
    case 'moved':
      return new ProfileMovedError(refusal.profileId, refusal.canonicalId)
    case 'stopped':
      return new WorkStoppedError(refusal.reason)
    case 'unavailable':
      return new StorageUnavailableError(refusal.message)
    case 'fault': {
      const error = new Error(refusal.message)
      if (refusal.stack !== undefined) error.stack = refusal.stack
      return Object.assign(error, refusal.marks)
    }
  }
}
