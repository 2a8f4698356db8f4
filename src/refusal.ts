import { ApiError, ProfileMovedError } from './errors.js'

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
  | { readonly kind: 'fault'; readonly message: string; readonly stack: string | undefined }

export function toRefusal(error: unknown): Refusal {
  if (error instanceof ApiError) {
    const { status, code, message, headers } = error
    return { kind: 'api', status, code, message, headers }
  }
  if (error instanceof ProfileMovedError) {
    const { profileId, canonicalId } = error
    return { kind: 'moved', profileId, canonicalId }
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return { kind: 'fault', message, stack }
}

/** The error that a refusal was made of. */
export function toError(refusal: Refusal): Error {
  switch (refusal.kind) {
    case 'api':
      return new ApiError(refusal.status, refusal.code, refusal.message, refusal.headers)
    case 'moved':
      return new ProfileMovedError(refusal.profileId, refusal.canonicalId)
    case 'fault': {
      const error = new Error(refusal.message)
      if (refusal.stack !== undefined) error.stack = refusal.stack
      return error
    }
  }
}
