/** A compiled pattern. */
export interface PatternTest {
  (text: string): boolean
  /** Longer texts must not be given: even linear time would be too long for a request. */
  readonly maxLength: number
}

/** Beyond it, compiling alone takes most of a second. */
const MAX_REPETITIONS = 1000
/** Linear time is a step for each character and state of the pattern, some 25 to 250 ns each: at most half a second. */
const MAX_STEPS = 5_000_000
const MIN_STEPS_A_CHARACTER = 32

/**
 * Compiles a regular expression of a validation rule with an engine that takes linear time, whatever the pattern. The
 * engine is loaded with the first of them: it would lengthen each start, and few stores have one.
 *
 * @throws Error for a pattern that repeats too much, RE2JSException for one that is malformed or uses what RE2 does not have (back references, look-around)
 */
export async function compilePattern(pattern: string): Promise<PatternTest> {
  const repetitions = [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, from, to]) => Number(to || from))
  if (repetitions.reduce((sum, count) => sum + count, 0) > MAX_REPETITIONS) {
    throw new Error(`its counted repetitions add up to more than ${MAX_REPETITIONS}`)
  }
  const { RE2JS } = await import('re2js')
  const compiled = RE2JS.compile(pattern)
  const maxLength = Math.floor(MAX_STEPS / Math.max(compiled.programSize(), MIN_STEPS_A_CHARACTER))
  return Object.assign((text: string) => compiled.matcher(text).find(), { maxLength })
}
