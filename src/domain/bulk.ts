import type { Context } from '../context.js'
import type { ProfileInput } from '../contract/profile.js'
import type { Actor, StoreScope } from '../scope.js'
import { BULK_CHUNK } from './bulk-chunk.js'
import { writeChunk } from './identity/chunk.js'
import { type ClaimedJob, enqueueJob } from './job.js'
import { createPace } from './pace.js'
import { loadSchema } from './schema.js'
import { openStoreOfJob } from './store-scope.js'
import { prepareUpsert } from './upsert.js'

/** Small enough that neither the event loop nor other writers wait long for one transaction of it. */
const CHUNK_SIZE = 250
/** While another account is there: what it waits for is one such chunk. */
const SHARED_CHUNK_SIZE = 25

interface BulkPayload {
  profiles: ProfileInput[]
}

/**
 * UpdateProfilesBulk: validates every entry, then accepts the batch as a job; the answer and the job commit together.
 *
 * @throws ApiError 400 naming the first entry that is wrong; nothing is applied then
 */
export async function upsertProfilesInBulk(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profiles: ProfileInput[],
): Promise<void> {
  const schema = await loadSchema(ctx, ctx.db.read, scope)
  const pace = createPace()
  for (const [index, profile] of profiles.entries()) {
    prepareUpsert(schema, profile, `profiles[${index}].`)
    await pace()
  }
  const payload: BulkPayload = { profiles }
  await ctx.db.transaction((trx) => enqueueJob(ctx, trx, { storeId: scope.storeId, kind: 'bulk', payload, actor }), {
    owner: scope,
  })
  ctx.jobSignal.wake()
}

/** Runs an accepted batch in chunks, each with its checkpoint in one transaction. Stops between chunks when told to. */
export async function runBulk(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  const { profiles } = job.payload as BulkPayload
  for (let start = (job.checkpoint as number | undefined) ?? 0; start < profiles.length; ) {
    if (shouldStop()) return false
    const scope = await openStoreOfJob(ctx, job.storeId)
    if (scope === undefined) break
    const size = ctx.admission.othersThan(scope.accountSid) ? SHARED_CHUNK_SIZE : CHUNK_SIZE
    const items = profiles.slice(start, start + size)
    start += items.length
    const isLast = start === profiles.length
    const begun = ctx.now()
    const state = isLast ? job.end() : job.progress(start)
    const { refused } = await writeChunk(ctx, scope, BULK_CHUNK, { actor: job.actor, items, state })
    // It was valid when it was accepted; the store's schema may no longer admit it.
    if (refused > 0) ctx.log.warn({ job: job.id, store: job.storeId, entries: refused }, 'bulk entries left out')
    if (isLast) return true
    await ctx.admission.rest(scope.accountSid, ctx.now() - begun)
  }
  await ctx.db.transaction((trx) => job.finish(trx), { background: true })
  return true
}
