import type { Context } from '../../context.js'
import { groupBy } from '../../group-by.js'
import type { StoreScope } from '../../scope.js'
import { findMemoryVersion, type MemoryVersion } from '../../storage/memory.js'
import { MOST_CHANGES_BEHIND, selectDeletionsSince } from '../../storage/memory-deletion.js'
import { selectVectorsSince } from '../../storage/memory-vector.js'
import { selectObservationsSince } from '../../storage/observation.js'
import { selectSummariesSince } from '../../storage/summary.js'
import { createPace, mapAtPace } from '../pace.js'
import { requireProfile } from '../profile.js'
import { cacheKey } from './cache.js'
import { createMemoryIndex, type MemoryIndex } from './memory-index.js'

/** Before the first change. */
const NOTHING_YET = -1

/** The indexes of a profile and how far they are. */
export interface ProfileMemories extends MemoryVersion {
  readonly observations: MemoryIndex
  readonly summaries: MemoryIndex
}

/**
 * The indexes of a profile as of now: from the cache, brought up to date by what changed since, or made anew. The memory
 * version, read from the database each time, makes every node see its own writes and others'.
 *
 * @throws ApiError 404; ProfileMovedError
 */
export async function loadProfileMemories(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
): Promise<ProfileMemories> {
  const now = await findMemoryVersion(ctx.db.read, scope, profileId)
  if (now === undefined) {
    await requireProfile(ctx.db.read, scope, profileId)
    return createEmpty({ version: 0, epoch: 0 })
  }
  const key = cacheKey(scope, profileId)
  const cached = ctx.recallCache.get(key)
  const use = ctx.metrics.caches.recall_index
  if (cached !== undefined && isCurrent(cached, now)) {
    use.hits += 1
    return cached
  }
  use.misses += 1
  // Several who come after a write must neither do its work twice nor see it half done.
  return ctx.recallCache.inTurn(key, () => bringUpToDate(ctx, scope, profileId, key))
}

function isCurrent(memories: MemoryVersion, now: MemoryVersion): boolean {
  return memories.epoch === now.epoch && memories.version >= now.version
}

/** Whether an index can be brought up to date: what was deleted is noted for a while only. */
function canFollow(memories: ProfileMemories | undefined, now: MemoryVersion): memories is ProfileMemories {
  return memories?.epoch === now.epoch && now.version - memories.version <= MOST_CHANGES_BEHIND
}

async function bringUpToDate(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  key: string,
): Promise<ProfileMemories> {
  const now = (await findMemoryVersion(ctx.db.read, scope, profileId)) ?? { version: 0, epoch: 0 }
  const cached = ctx.recallCache.get(key)
  if (cached !== undefined && isCurrent(cached, now)) return cached
  const memories = canFollow(cached, now) ? cached : createEmpty({ version: NOTHING_YET, epoch: now.epoch })
  await update(ctx, scope, profileId, memories, memories.version)
  // Only now: an update that failed is done again, which changes nothing where it was done.
  memories.version = now.version
  ctx.recallCache.set(key, memories)
  return memories
}

function createEmpty(version: MemoryVersion): ProfileMemories {
  return { ...version, observations: createMemoryIndex(), summaries: createMemoryIndex() }
}

async function update(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  memories: ProfileMemories,
  since: number,
): Promise<void> {
  const observations = await selectObservationsSince(ctx.db.read, scope, profileId, since)
  const pace = createPace()
  await mapAtPace(pace, observations, (row) => memories.observations.put(row))
  const summaries = await selectSummariesSince(ctx.db.read, scope, profileId, since)
  await mapAtPace(pace, summaries, ({ conversationId, ...row }) => {
    memories.summaries.put({ ...row, conversationIds: [conversationId] })
  })
  await updateVectors(ctx, scope, profileId, memories, since)
  if (since === NOTHING_YET) return
  // Last: what was read above may have been deleted in between, and no id ever comes back.
  for (const id of await selectDeletionsSince(ctx.db.read, scope, profileId, since)) indexOf(memories, id).remove(id)
}

function indexOf(memories: ProfileMemories, id: string): MemoryIndex {
  return id.startsWith('mem_summary') ? memories.summaries : memories.observations
}

async function updateVectors(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  memories: ProfileMemories,
  since: number,
): Promise<void> {
  if (ctx.encoder === undefined) return
  const vectors = await selectVectorsSince(ctx.db.read, scope, profileId, ctx.encoder.model, since)
  await mapAtPace(createPace(), [...groupBy(vectors, (vector) => vector.memoryId)], ([id, chunks]) => {
    indexOf(memories, id).setVectors(
      id,
      chunks.map(({ vector }) => vector),
    )
  })
}
