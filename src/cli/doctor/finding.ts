/** What one check found. */
export interface Finding {
  /** `warning` leaves the server fit to run; `problem` does not. */
  readonly status: 'ok' | 'warning' | 'problem' | 'skipped'
  readonly message: string
  /** What to do about it. */
  readonly mend?: string
}

export interface NamedFinding extends Finding {
  readonly check: string
}

export const ok = (message: string): Finding => ({ status: 'ok', message })
export const skipped = (message: string): Finding => ({ status: 'skipped', message })
export const warning = (message: string, mend: string): Finding => ({ status: 'warning', message, mend })
export const problem = (message: string, mend: string): Finding => ({ status: 'problem', message, mend })

/** What an error says, for a report. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The code of an error of the system, such as `EACCES`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** The middle one of some numbers; 0 of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
