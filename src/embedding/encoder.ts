/** What the vectors are for. Somebody waits for a query; documents are encoded behind everything else. */
export type EncodePurpose = 'query' | 'document'

/** Turns texts into vectors whose dot product says how close the texts are in meaning. */
export interface Encoder {
  /** Identifies the vectors: those of different models must not be compared. */
  readonly model: string
  /** Length of the vectors. 0 as long as it is not known: a remote encoder may learn it from its first answer. */
  readonly dimensions: number
  /**
   * One vector of length 1 for each text, in the order given, or undefined for a text without tokens.
   *
   * @param purpose 'document' unless said otherwise; queries overtake documents
   * @throws EncoderUnavailableError when there are no vectors to be had now; nothing of the call was done then
   */
  encode(texts: readonly string[], purpose?: EncodePurpose): Promise<(Float32Array | undefined)[]>
  /** Ends everything that runs, calls under way included; calls from then on are refused. */
  close(): Promise<void>
}

/**
 * Why there are no vectors: `failed` (thread or service out of order), `malformed` (an answer that cannot be used),
 * `refused` (the service does not take this request, and will not when it is repeated), `resting` (not tried: too many
 * failures just before), `closed`.
 */
export type EncoderUnavailableReason = 'failed' | 'malformed' | 'refused' | 'resting' | 'closed'

/** The encoder cannot answer now. Its message carries neither texts nor keys. */
export class EncoderUnavailableError extends Error {
  override readonly name = 'EncoderUnavailableError'

  constructor(
    readonly reason: EncoderUnavailableReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * Brings a vector to length 1, in place.
 *
 * @returns false when it has no direction: all zeros, or numbers that are not finite
 */
export function normalizeVector(vector: Float32Array): boolean {
  let squares = 0
  for (const value of vector) squares += value * value
  if (!(squares > 0 && squares < Number.POSITIVE_INFINITY)) return false
  const factor = 1 / Math.sqrt(squares)
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) * factor
  return true
}
