import type { Context } from '../../context.js'
import { groupBy } from '../../group-by.js'
import type { StoreScope } from '../../scope.js'
import { findMemoryVersion, type MemoryVersion } from '../../storage/memory.js'
import { selectVectorsSince } from '../../storage/memory-vector.js'
import { selectObservationsSince } from '../../storage/observation.js'
import { selectSummariesSince } from '../../storage/summary.js'
import { requireProfile } from '../profile.js'
import { cacheKey } from './cache.js'
import { createMemoryIndex, type MemoryIndex } from './memory-index.js'

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
  const base = cached?.epoch === now.epoch ? cached : createEmpty({ version: -1, epoch: now.epoch })
  if (base.version >= now.version) return base
  const since = base.version
  base.version = now.version
  try {
    await update(ctx, scope, profileId, base, since)
  } catch (error) {
    // Half of an update must not be taken for the whole.
    ctx.recallCache.delete(key)
    throw error
  }
  ctx.recallCache.set(key, base)
  return base
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
  for (const row of observations) memories.observations.put(row)
  const summaries = await selectSummariesSince(ctx.db.read, scope, profileId, since)
  for (const { conversationId, ...row } of summaries) {
    memories.summaries.put({ ...row, conversationIds: [conversationId] })
  }
  if (ctx.encoder === undefined) return
  const vectors = await selectVectorsSince(ctx.db.read, scope, profileId, ctx.encoder.model, since)
  for (const [id, chunks] of groupBy(vectors, (vector) => vector.memoryId)) {
    const index = id.startsWith('mem_summary') ? memories.summaries : memories.observations
    index.setVectors(
      id,
      chunks.map(({ vector }) => vector),
    )
  }
}
