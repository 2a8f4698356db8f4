/**
 * The calibration of relevance, from the lexical part (0..1) of a memory and the cosine of the two vectors. The weights are
 * a logistic regression on questions about long conversations; the bias is the largest at which few questions about
 * something else reach a score of 0.2 (bench/recall/fit.ts, docs/decisions/0009-relevance.md). They belong to BM25 as
 * lexical-index.ts has it, to the built-in encoder and to questions that went through `toStatement`. Other encoders
 * spread their cosines differently and use the same constants until they are measured.
 */
const HYBRID = { bias: -7.041, lexical: 11.35, cosine: 8.665 }
/** Without a vector: not encoded yet, no encoder, or a text without tokens. */
const LEXICAL_ONLY = { bias: -5.22, lexical: 16.941 }

/**
 * The evidence, as log odds, before neighbours have their say.
 *
 * @param cosine NaN when there is none
 */
export function evidenceOf(lexical: number, cosine: number): number {
  return Number.isNaN(cosine)
    ? LEXICAL_ONLY.bias + LEXICAL_ONLY.lexical * lexical
    : HYBRID.bias + HYBRID.lexical * lexical + HYBRID.cosine * cosine
}

/** Log odds as a probability. */
export function probabilityOf(evidence: number): number {
  return 1 / (1 + Math.exp(-evidence))
}

/** A probability as log odds: the inverse of `probabilityOf`, but for rounding. */
export function oddsOf(probability: number): number {
  return Math.log(probability / (1 - probability))
}
