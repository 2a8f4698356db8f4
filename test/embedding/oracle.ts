import { readFileSync } from 'node:fs'

/** A text with what the published TensorFlow.js code of the model makes of it. */
export interface OracleText {
  readonly text: string
  /** All of them, also those beyond the 128 that the encoder sees. */
  readonly ids: readonly number[]
  /** Rounded to 5 digits. */
  readonly embedding: readonly number[]
}

export const ORACLE: readonly OracleText[] = (
  JSON.parse(readFileSync(new URL('use-lite-oracle.json', import.meta.url), 'utf8')) as { texts: OracleText[] }
).texts

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) => Array.from(x).reduce((sum, v, at) => sum + v * y[at]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

export function lengthOf(vector: ArrayLike<number>): number {
  return Math.hypot(...Array.from(vector))
}
