import type { Context } from '../../context.js'
import type { Actor } from '../../scope.js'
import { type MemoryKey, type MemoryKind, queueForEncoding, selectMemoryKeys } from '../../storage/memory.js'
import { findState, putState } from '../../storage/server-state.js'
import { runAll } from '../../storage/statement.js'
import { selectAllStores } from '../../storage/store.js'
import { type ClaimedJob, enqueueJob } from '../job.js'
import { openStoreOfJob } from '../store-scope.js'

const NO_MODEL = 'none'
const PAGE_SIZE = 500

/**
 * Sees to it, at start, that all memories are encoded by the encoder of the settings: when it is another than last time,
 * each store gets a job that queues its memories. Until their turn comes they are ranked by their words.
 */
export async function ensureEncoded(ctx: Context): Promise<void> {
  const model = ctx.encoder?.model ?? NO_MODEL
  if ((await findState(ctx.db.read, 'encoder-model')) === model) return
  await ctx.db.transaction(async (trx) => {
    await putState(trx, 'encoder-model', model)
    if (ctx.encoder === undefined) return
    for (const { id, accountSid } of await selectAllStores(trx)) {
      const actor: Actor = { accountSid, credential: 'server', requestId: '', operation: '', clientAddress: '' }
      await enqueueJob(ctx, trx, { storeId: id, kind: 'reencode', payload: {}, actor })
    }
  })
}

interface Checkpoint {
  readonly kind: MemoryKind
  readonly after: MemoryKey
}

const START: MemoryKey = { profileId: '', id: '' }

/** Queues all memories of a store for encoding, page by page. */
export async function runReencode(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  let checkpoint = (job.checkpoint as Checkpoint | undefined) ?? { kind: 'observation', after: START }
  for (;;) {
    if (shouldStop()) return false
    const next = await queuePage(ctx, job, checkpoint)
    if (next === undefined) break
    checkpoint = next
  }
  await ctx.db.transaction((trx) => job.finish(trx), { background: true })
  return true
}

async function queuePage(ctx: Context, job: ClaimedJob, { kind, after }: Checkpoint): Promise<Checkpoint | undefined> {
  const scope = await openStoreOfJob(ctx, job.storeId)
  if (scope === undefined) return undefined
  const next = await ctx.db.transaction(
    async (trx) => {
      const keys = await selectMemoryKeys(trx, scope, kind, after, PAGE_SIZE)
      const last = keys.at(-1)
      if (last === undefined) return kind === 'observation' ? { kind: 'summary' as const, after: START } : undefined
      await runAll(
        trx,
        queueForEncoding(
          scope,
          keys.map((key) => ({ ...key, kind })),
        ),
      )
      const checkpoint: Checkpoint = { kind, after: { profileId: last.profileId, id: last.id } }
      await job.advance(trx, checkpoint)
      return checkpoint
    },
    { background: true },
  )
  ctx.encodingSignal.wake()
  return next
}
