/**
 * The calibration of relevance: the probability that a memory answers a question, from its lexical part (0..1) and the
 * cosine of the two vectors. Fitted by logistic regression on questions about long conversations; the constants belong
 * to BM25 as lexical-index.ts has it and to the built-in encoder. Other encoders spread their cosines differently and
 * use the same constants until they are measured (docs/recall.md).
 */
const HYBRID = { bias: -7.145, lexical: 11.771, cosine: 8.404 }
/** Without a vector: not encoded yet, no encoder, or a text without tokens. */
const LEXICAL_ONLY = { bias: -4.363, lexical: 17.015 }

/** The evidence, as log odds, before neighbours have their say. */
export function evidenceOf(lexical: number, cosine: number | undefined): number {
  return cosine === undefined
    ? LEXICAL_ONLY.bias + LEXICAL_ONLY.lexical * lexical
    : HYBRID.bias + HYBRID.lexical * lexical + HYBRID.cosine * cosine
}

/** Log odds as a probability. */
export function probabilityOf(evidence: number): number {
  return 1 / (1 + Math.exp(-evidence))
}
