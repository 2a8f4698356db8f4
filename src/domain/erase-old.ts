import type { Context } from '../context.js'
import { groupBy } from '../group-by.js'
import { lowestId } from '../ids.js'
import type { StoreScope } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import type { MemoryKind } from '../storage/memory.js'
import { insertDeletions } from '../storage/memory-deletion.js'
import { lockMemoryVersions, raiseMemoryVersion } from '../storage/memory-version.js'
import { selectProfileIds } from '../storage/profile.js'
import { eraseMemoriesById, findRetention, type RetentionRow, selectMemoriesBefore } from '../storage/retention.js'
import { type CompiledQuery, runAll } from '../storage/statement.js'
import { lockStore } from '../storage/store.js'
import type { Executor } from '../storage/tables.js'
import { createEvent } from './event.js'
import type { ClaimedJob } from './job.js'
import { openStoreOfJob } from './store-scope.js'

const PROFILES_PER_PAGE = 500
/** Memories of one transaction. */
const CHUNK_SIZE = 200
/** A page without old memories is not worth a transaction, but the lease must be kept. */
const REPORT_MS = 10_000
const DAY_MS = 24 * 60 * 60 * 1000

interface Checkpoint {
  /** The last profile that was gone through. */
  readonly after: string
}

/** Erases the memories of a store that are older than it keeps them, profile by profile, in chunks. */
export async function runRetention(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  let checkpoint = (job.checkpoint as Checkpoint | undefined) ?? { after: '' }
  let reportedAt = ctx.now()
  for (;;) {
    if (shouldStop()) {
      await advance(ctx, job, checkpoint)
      return false
    }
    const scope = await openStoreOfJob(ctx, job.storeId)
    const retention = scope && (await findRetention(ctx.db.read, scope))
    if (scope === undefined || retention === undefined) break
    const page = await selectProfileIds(ctx.db.read, scope, {
      after: checkpoint.after,
      order: 'asc',
      limit: PROFILES_PER_PAGE,
    })
    const last = page.at(-1)
    if (last === undefined) break
    const { erased, full } = await erasePage(ctx, job, scope, { retention, page, checkpoint })
    if (erased > 0) reportedAt = ctx.now()
    if (full) continue
    checkpoint = { after: last }
    if (ctx.now() - reportedAt < REPORT_MS) continue
    await advance(ctx, job, checkpoint)
    reportedAt = ctx.now()
  }
  await ctx.db.transaction((trx) => job.finish(trx), { background: true })
  return true
}

async function advance(ctx: Context, job: ClaimedJob, checkpoint: Checkpoint): Promise<void> {
  await ctx.db.transaction((trx) => job.advance(trx, checkpoint), { background: true })
}

interface Page {
  readonly retention: RetentionRow
  readonly page: readonly string[]
  readonly checkpoint: Checkpoint
}

/** Erases one chunk of a page. @returns how many, and whether there may be more in the page */
async function erasePage(
  ctx: Context,
  job: ClaimedJob,
  scope: StoreScope,
  { retention, page, checkpoint }: Page,
): Promise<{ erased: number; full: boolean }> {
  for (const [kind, days] of [
    ['observation', retention.observationDays],
    ['summary', retention.summaryDays],
  ] as const) {
    if (days === undefined) continue
    const time = ctx.now() - days * DAY_MS
    const before = { time, id: lowestId(`mem_${kind}`, time) }
    const found = await selectMemoriesBefore(ctx.db.read, scope, kind, page, before, CHUNK_SIZE)
    if (found.length === 0) continue
    const profileIds = [...new Set(found.map(({ profileId }) => profileId))]
    const erased = await ctx.db.transaction(
      async (trx) => {
        await job.advance(trx, checkpoint)
        return eraseChunk(ctx, trx, scope, { job, kind, profileIds, before })
      },
      { background: true },
    )
    // What was found and is not there any more belongs to another profile now, or was deleted.
    if (erased > 0) return { erased, full: true }
  }
  return { erased: 0, full: false }
}

interface Chunk {
  readonly job: ClaimedJob
  readonly kind: MemoryKind
  readonly profileIds: readonly string[]
  readonly before: { time: number; id: string }
}

async function eraseChunk(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  { job, kind, profileIds, before }: Chunk,
): Promise<number> {
  if ((await lockStore(trx, scope.storeId, 'content')) === undefined) return 0
  const versions = await lockMemoryVersions(trx, scope, profileIds)
  const keys = await selectMemoriesBefore(trx, scope, kind, [...versions.keys()], before, CHUNK_SIZE)
  const statements: CompiledQuery[] = []
  for (const [profileId, group] of groupBy(keys, (key) => key.profileId)) {
    const ids = group.map(({ id }) => id)
    const change = (versions.get(profileId)?.version ?? 0) + 1
    const events = ids.map((id) =>
      createEvent(ctx, job.actor, `${kind}.deleted`, id, { profile: profileId, reason: 'retention' }),
    )
    statements.push(
      ...eraseMemoriesById(trx, scope, kind, profileId, ids),
      ...insertDeletions(trx, scope, profileId, ids, change),
      raiseMemoryVersion(trx, scope, profileId, { rebuild: false }),
      ...insertEvents(scope.storeId, events),
    )
  }
  await runAll(trx, statements)
  return keys.length
}
