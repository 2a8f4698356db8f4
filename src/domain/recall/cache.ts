import type { StoreScope } from '../../scope.js'
import type { ProfileMemories } from './profile-memories.js'

/** A least-recently-used cache, bounded by the size of what is in it. */
export interface RecallCache {
  get(key: string): ProfileMemories | undefined
  set(key: string, memories: ProfileMemories): void
  delete(key: string): void
  bytes(): number
}

export function cacheKey(scope: StoreScope, profileId: string): string {
  return `${scope.storeId}/${profileId}`
}

/** @param maxBytes beyond it the profiles longest unused are dropped */
export function createRecallCache(maxBytes: number): RecallCache {
  const entries = new Map<string, { memories: ProfileMemories; bytes: number }>()
  let total = 0
  const drop = (key: string) => {
    total -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.memories
    },
    set(key, memories) {
      drop(key)
      const bytes = memories.observations.bytes() + memories.summaries.bytes()
      entries.set(key, { memories, bytes })
      total += bytes
      for (const oldest of entries.keys()) {
        if (total <= maxBytes || oldest === key) break
        drop(oldest)
      }
    },
    delete: drop,
    bytes: () => total,
  }
}
