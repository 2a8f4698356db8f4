import type { Context } from '../../context.js'
import type { StoreScope } from '../../scope.js'
import { MOST_CHANGES_BEHIND } from '../../storage/memory-deletion.js'
import { findMemoryVersion, type MemoryVersion } from '../../storage/memory-version.js'
import { requireProfile } from '../canonical-profile.js'
import { cacheKey } from './cache.js'
import { createMemoryIndex, type MemoryIndex } from './memory-index.js'
import { type MemorySource, PAGE_SIZE, readAllMemories, readChanges } from './read-memories.js'

/** All of it, what was written meanwhile, what was written while that was read, and so on: each time less is left. */
const MOST_ATTEMPTS = 4

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
  const memories = await ctx.recallCache.inTurn(key, () => bringUpToDate(ctx, scope, profileId, key))
  // Of one that was erased or merged meanwhile nothing may have been read.
  await requireProfile(ctx.db.read, scope, profileId)
  return memories
}

function isCurrent(memories: MemoryVersion, now: MemoryVersion): boolean {
  return memories.epoch === now.epoch && memories.version >= now.version
}

/** Whether an index can be brought up to date: what was deleted is noted for a while only. */
function canFollow(memories: ProfileMemories | undefined, now: MemoryVersion): memories is ProfileMemories {
  return memories?.epoch === now.epoch && now.version - memories.version <= MOST_CHANGES_BEHIND
}

/**
 * What is large is read in pages while others write, so it is looked at again until nothing can have been missed. Should
 * the writers stay ahead, one state of the database is read, which costs the engine more.
 */
async function bringUpToDate(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  key: string,
): Promise<ProfileMemories> {
  const source = { scope, profileId, model: ctx.encoder?.model, pageSize: PAGE_SIZE }
  let memories = ctx.recallCache.get(key)
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const step = await follow({ ...source, read: ctx.db.read }, memories)
    ctx.recallCache.set(key, step.memories)
    if (step.settled) return step.memories
    memories = step.memories
  }
  const step = await ctx.db.snapshot((read) => follow({ ...source, read }, memories))
  ctx.recallCache.set(key, step.memories)
  return step.memories
}

interface Step {
  readonly memories: ProfileMemories
  /** Whether everything up to the memory version is in the indexes. */
  readonly settled: boolean
}

async function follow(source: MemorySource, known: ProfileMemories | undefined): Promise<Step> {
  const now = (await findMemoryVersion(source.read, source.scope, source.profileId)) ?? { version: 0, epoch: 0 }
  if (known !== undefined && isCurrent(known, now)) return { memories: known, settled: true }
  const canUpdate = canFollow(known, now)
  const memories = canUpdate ? known : createEmpty(now)
  const indexes = { observation: memories.observations, summary: memories.summaries }
  const settled = canUpdate ? await readChanges(source, indexes, known.version) : await readAllMemories(source, indexes)
  // Only now: an update that failed is done again, which changes nothing where it was done.
  memories.version = now.version
  return { memories, settled }
}

function createEmpty(version: MemoryVersion): ProfileMemories {
  return { ...version, observations: createMemoryIndex(), summaries: createMemoryIndex() }
}
