import type { Context } from '../../context.js'
import { selectIdentifiersOfType } from '../../storage/identifier-type.js'
import type { ClaimedJob } from '../job.js'
import { openStoreOfJob } from '../store-scope.js'
import { writeChunk } from './chunk.js'
import { REIDENTIFY_CHUNK } from './reidentify-chunk.js'

const CHUNK_SIZE = 200

interface Cursor {
  value: string
  sharedBy: string
}

/**
 * Goes through all stored identifiers of a type after its settings changed: writes them in the new normal form and
 * merges profiles whose values have become equal or may no longer be shared.
 */
export async function runReidentify(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  const { idType } = job.payload as { idType: string }
  let cursor = (job.checkpoint as Cursor | undefined) ?? { value: '', sharedBy: '' }
  for (;;) {
    if (shouldStop()) return false
    const scope = await openStoreOfJob(ctx, job.storeId)
    const rows =
      scope === undefined ? [] : await selectIdentifiersOfType(ctx.db.read, scope, idType, cursor, CHUNK_SIZE)
    const last = rows.at(-1)
    if (scope === undefined || last === undefined) break
    const next: Cursor = { value: last.value, sharedBy: last.sharedBy }
    const items = rows.map(({ profileId, value }) => ({ profileId, idType, value }))
    // A profile that was merged or deleted meanwhile is refused by itself; its identifiers went with it.
    await writeChunk(ctx, scope, REIDENTIFY_CHUNK, { actor: job.actor, items, state: job.progress(next) })
    cursor = next
  }
  await ctx.db.transaction((trx) => job.finish(trx), { background: true })
  return true
}
