import type { Context } from '../../context.js'
import type { Communication } from '../../contract/communication.js'
import { cleanText } from '../../embedding/chunks.js'
import type { PreparedQuery } from './memory-index.js'
import { findQuestionForm, toStatement } from './question-form.js'
import { termsOf } from './words.js'

/** Vectors of queries in use, the longest unused dropped first. */
export type QueryVectors = Map<string, Float32Array>

const MAX_QUERY_VECTORS = 2000

/**
 * A question with its terms and, where the encoder answers, its vector. An encoder that fails costs meaning, not the
 * answer: recall is lexical then.
 */
export async function prepareQuery(ctx: Context, text: string): Promise<PreparedQuery> {
  return {
    terms: new Map(termsOf(text).map((term) => [term, 1])),
    vector: await encodeQuery(ctx, text),
  }
}

async function encodeQuery(ctx: Context, text: string): Promise<Float32Array | undefined> {
  if (ctx.encoder === undefined) return undefined
  const key = `${ctx.encoder.model}\n${text}`
  const known = ctx.queryVectors.get(key)
  ctx.metrics.caches.query_vector[known === undefined ? 'misses' : 'hits'] += 1
  if (known !== undefined) {
    ctx.queryVectors.delete(key)
    ctx.queryVectors.set(key, known)
    return known
  }
  try {
    const [encoded] = await ctx.encoder.encode([cleanText(text)], 'query')
    if (encoded === undefined) return undefined
    const form = findQuestionForm(ctx.encoder.model)
    const vector = form === undefined ? encoded : toStatement(encoded, form)
    remember(ctx.queryVectors, key, vector)
    return vector
  } catch (error) {
    ctx.log.warn({ err: error }, 'the encoder did not answer; this recall is lexical')
    return undefined
  }
}

function remember(vectors: QueryVectors, key: string, vector: Float32Array): void {
  vectors.set(key, vector)
  const oldest = vectors.keys().next()
  if (vectors.size > MAX_QUERY_VECTORS && !oldest.done) vectors.delete(oldest.value)
}

/** Each communication weighs so much of the one after it. */
const AGE_DECAY = 0.8
/** What the customer says is what it is about; an agent mostly answers. */
const AUTHOR_WEIGHT = { customer: 1, other: 0.5 }
const CUSTOMER_TYPES: readonly (string | undefined)[] = ['CUSTOMER', 'UNKNOWN', undefined]

/**
 * A query made of the latest communications of a conversation: their terms and vectors, newer ones weighing more, the
 * customer's more than the agent's. The same communications always make the same query.
 *
 * @param communications newest first
 * @returns nothing when no text is among them
 */
export async function prepareConversationQuery(
  ctx: Context,
  communications: readonly Communication[],
): Promise<PreparedQuery | undefined> {
  const weighted = communications
    .map(({ content, author }, age) => ({
      text: content.text?.slice(0, MAX_TEXT_LENGTH) ?? '',
      weight: AGE_DECAY ** age * (CUSTOMER_TYPES.includes(author.type) ? AUTHOR_WEIGHT.customer : AUTHOR_WEIGHT.other),
    }))
    .filter(({ text }) => text.trim() !== '')
  if (weighted.length === 0) return undefined
  const terms = new Map<string, number>()
  for (const { text, weight } of weighted) {
    for (const term of new Set(termsOf(text))) terms.set(term, (terms.get(term) ?? 0) + weight)
  }
  const vectors = await Promise.all(weighted.map(({ text }) => encodeQuery(ctx, text)))
  return {
    terms,
    vector: meanVector(
      weighted.flatMap(({ weight }, index) => {
        const vector = vectors[index]
        return vector === undefined ? [] : [{ weight, vector }]
      }),
    ),
  }
}

/** The encoder reads no further, and a query is no place for a book. */
const MAX_TEXT_LENGTH = 1024

function meanVector(parts: readonly { weight: number; vector: Float32Array }[]): Float32Array | undefined {
  const [first] = parts
  if (first === undefined) return undefined
  const sum = new Float32Array(first.vector.length)
  for (const { weight, vector } of parts) {
    for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) + weight * (vector[index] ?? 0)
  }
  const length = Math.hypot(...sum)
  return length === 0 ? undefined : sum.map((value) => value / length)
}
