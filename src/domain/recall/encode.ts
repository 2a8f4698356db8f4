import type { Context } from '../../context.js'
import { chunkText } from '../../embedding/chunks.js'
import { type Encoder, EncoderUnavailableError } from '../../embedding/encoder.js'
import { groupBy } from '../../group-by.js'
import type { StoreScope } from '../../scope.js'
import { hasMemories, type QueuedText } from '../../storage/memory.js'
import { hasFreeText, releaseQueuedTexts } from '../../storage/memory-vector.js'
import { selectObservations } from '../../storage/observation.js'
import { selectSummaries } from '../../storage/summary.js'
import { openStoreOfJob } from '../store-scope.js'
import { CLAIM_TEXTS, type Encoded, STORE_VECTORS } from './encoded-texts.js'

/** Texts of one round: they share a transaction, and nobody waits long for it. */
const ROUND_SIZE = 32

/** After so long another node takes a round's texts too: one that takes longer only means that work is done twice. */
const CLAIM_MS = 10_000

/**
 * Encodes the newest texts that wait and stores their vectors. A crash leaves them in the queue; a text that changed or
 * went meanwhile is left to its next turn.
 *
 * @returns how many texts were taken; 0 when none waits
 * @throws EncoderUnavailableError; the texts wait on then
 */
export async function encodeQueued(ctx: Context, encoder: Encoder): Promise<number> {
  const queued = await claimTexts(ctx)
  try {
    for (const [storeId, texts] of groupBy(queued, (text) => text.storeId)) {
      const scope = await openStoreOfJob(ctx, storeId)
      // What a deleted store left in the queue goes with its other rows.
      if (scope === undefined) continue
      const encoded = await encodeTexts(ctx, encoder, scope, texts)
      await ctx.db.call(STORE_VECTORS, () => ({ scope, model: encoder.model, encoded }), { background: true })
    }
  } catch (error) {
    // A claim that cannot be given back ends by itself.
    await ctx.db.transaction((trx) => releaseQueuedTexts(trx, queued), { background: true }).catch(() => undefined)
    throw error
  }
  return queued.length
}

async function claimTexts(ctx: Context): Promise<QueuedText[]> {
  const now = ctx.now()
  // A look without a transaction first: idle nodes must not disturb the writers.
  if (!(await hasFreeText(ctx.db.read, now))) return []
  const claim = { now, until: now + CLAIM_MS, limit: ROUND_SIZE }
  return ctx.db.call(CLAIM_TEXTS, () => claim, { background: true })
}

/** Frees the texts that a dead process of this data folder had claimed. */
export async function recoverTexts(ctx: Context): Promise<void> {
  if (ctx.db.exclusive) await ctx.db.transaction((trx) => releaseQueuedTexts(trx))
}

async function encodeTexts(
  ctx: Context,
  encoder: Encoder,
  scope: StoreScope,
  texts: readonly QueuedText[],
): Promise<Encoded[]> {
  const contents = await readContents(ctx, scope, texts)
  const chunked = texts.map((queued) => ({ queued, chunks: chunkText(contents.get(queued.memoryId) ?? '') }))
  const vectors = await encodeChunks(
    encoder,
    chunked.flatMap(({ chunks }) => chunks),
  )
  let next = 0
  return chunked.map(({ queued, chunks }) => {
    const own = vectors.slice(next, next + chunks.length)
    next += chunks.length
    return { queued, vectors: own.filter((vector) => vector !== undefined) }
  })
}

/** Vectors of chunks. One that the encoder will never take gets none, so that it does not hold the others up. */
async function encodeChunks(encoder: Encoder, chunks: readonly string[]): Promise<(Float32Array | undefined)[]> {
  try {
    return await encoder.encode(chunks, 'document')
  } catch (error) {
    if (!(error instanceof EncoderUnavailableError) || error.reason !== 'refused') throw error
    if (chunks.length === 1) return [undefined]
    const half = Math.ceil(chunks.length / 2)
    const first = await encodeChunks(encoder, chunks.slice(0, half))
    return [...first, ...(await encodeChunks(encoder, chunks.slice(half)))]
  }
}

/** Makes a local encoder load, if there are memories to recall: the first question then does not wait for it. */
export async function warmUpEncoder(ctx: Context, encoder: Encoder): Promise<void> {
  if (await hasMemories(ctx.db.read)) await encoder.encode(['ready'], 'document')
}

async function readContents(
  ctx: Context,
  scope: StoreScope,
  texts: readonly QueuedText[],
): Promise<Map<string, string>> {
  const contents = new Map<string, string>()
  for (const [profileId, group] of groupBy(texts, (text) => text.profileId)) {
    const ids = (kind: QueuedText['kind']) => group.filter((text) => text.kind === kind).map((text) => text.memoryId)
    const observations = await selectObservations(ctx.db.read, scope, profileId, ids('observation'))
    const summaries = await selectSummaries(ctx.db.read, scope, profileId, ids('summary'))
    for (const { id, content } of [...observations, ...summaries]) contents.set(id, content)
  }
  return contents
}
