import type { Context } from '../../context.js'
import { chunkText } from '../../embedding/chunks.js'
import type { Encoder } from '../../embedding/encoder.js'
import { groupBy } from '../../group-by.js'
import type { StoreScope } from '../../scope.js'
import { findMemoryVersion, type QueuedText, raiseMemoryVersion } from '../../storage/memory.js'
import { dequeueText, replaceVectors, selectQueuedTexts } from '../../storage/memory-vector.js'
import { selectObservations } from '../../storage/observation.js'
import { type CompiledQuery, runAll } from '../../storage/statement.js'
import { selectSummaries } from '../../storage/summary.js'
import type { Executor } from '../../storage/tables.js'
import { openStoreOfJob } from '../store.js'

/** Texts of one round: they share a transaction, and nobody waits long for it. */
const ROUND_SIZE = 32

interface Encoded {
  readonly queued: QueuedText
  readonly vectors: readonly Float32Array[]
}

/**
 * Encodes the newest texts that wait and stores their vectors. A crash leaves them in the queue; a text that changed or
 * went meanwhile is left to its next turn.
 *
 * @returns how many texts were taken; 0 when none waits
 * @throws EncoderUnavailableError; the texts wait on then
 */
export async function encodeQueued(ctx: Context, encoder: Encoder): Promise<number> {
  const queued = await selectQueuedTexts(ctx.db.read, ROUND_SIZE)
  for (const [storeId, texts] of groupBy(queued, (text) => text.storeId)) {
    const scope = await openStoreOfJob(ctx, storeId)
    // What a deleted store left in the queue goes with its other rows.
    if (scope === undefined) continue
    const encoded = await encodeTexts(ctx, encoder, scope, texts)
    await ctx.db.transaction((trx) => storeVectors(trx, scope, encoder.model, encoded), { background: true })
  }
  return queued.length
}

async function encodeTexts(
  ctx: Context,
  encoder: Encoder,
  scope: StoreScope,
  texts: readonly QueuedText[],
): Promise<Encoded[]> {
  const contents = await readContents(ctx, scope, texts)
  const chunked = texts.map((queued) => ({ queued, chunks: chunkText(contents.get(queued.memoryId) ?? '') }))
  const vectors = await encoder.encode(
    chunked.flatMap(({ chunks }) => chunks),
    'document',
  )
  let next = 0
  return chunked.map(({ queued, chunks }) => {
    const own = vectors.slice(next, next + chunks.length)
    next += chunks.length
    return { queued, vectors: own.filter((vector) => vector !== undefined) }
  })
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

async function storeVectors(
  trx: Executor,
  scope: StoreScope,
  model: string,
  encoded: readonly Encoded[],
): Promise<void> {
  for (const [profileId, group] of groupBy(encoded, ({ queued }) => queued.profileId)) {
    const memories = await findMemoryVersion(trx, scope, profileId)
    const statements: CompiledQuery[] = []
    for (const { queued, vectors } of group) {
      if (!(await dequeueText(trx, queued)) || memories === undefined) continue
      statements.push(...replaceVectors(trx, scope, queued, { model, vectors, change: memories.version + 1 }))
    }
    if (statements.length === 0) continue
    await runAll(trx, [...statements, raiseMemoryVersion(trx, scope, profileId, { rebuild: false })])
  }
}
