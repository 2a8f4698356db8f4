export interface CircuitBreakerOptions {
  /** Failures in a row after which nothing is tried for a while. */
  readonly failures: number
  /** How long, in milliseconds. */
  readonly restMs: number
  /** Milliseconds that only grow. */
  readonly now: () => number
}

/** Keeps callers from waiting for a service that does not answer. */
export interface CircuitBreaker {
  /** Whether to try now. After a rest one call may; only its success lets the others in again. */
  admit(): boolean
  succeeded(): void
  failed(): void
  /** The admitted call ended without saying anything about the service. */
  abandoned(): void
}

export function createCircuitBreaker({ failures, restMs, now }: CircuitBreakerOptions): CircuitBreaker {
  let failed = 0
  let restsUntil = 0
  /** The call that tries after a rest is under way. */
  let trying = false
  return {
    admit() {
      if (failed < failures) return true
      if (trying || now() < restsUntil) return false
      trying = true
      return true
    },
    succeeded() {
      failed = 0
      trying = false
    },
    failed() {
      failed += 1
      trying = false
      if (failed >= failures) restsUntil = now() + restMs
    },
    abandoned() {
      trying = false
    },
  }
}
