import type { StoreScope } from '../../scope.js'
import type { ProfileMemories } from './profile-memories.js'

/** A least-recently-used cache, bounded by the size of what is in it. */
export interface RecallCache {
  get(key: string): ProfileMemories | undefined
  set(key: string, memories: ProfileMemories): void
  delete(key: string): void
  /** Runs works on one profile one after the other. */
  inTurn<T>(key: string, work: () => Promise<T>): Promise<T>
  bytes(): number
}

export function cacheKey(scope: StoreScope, profileId: string): string {
  return `${scope.storeId}/${profileId}`
}

/**
 * @param maxBytes beyond it the profiles longest unused are dropped. The last used one stays however large it is, or each
 *   of its questions would make its index anew (5 s for 100,000 memories); 0 keeps nothing.
 */
export function createRecallCache(maxBytes: number): RecallCache {
  const entries = new Map<string, { memories: ProfileMemories; bytes: number }>()
  let total = 0
  const turns = new Map<string, Promise<unknown>>()
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
        if (total <= maxBytes || (entries.size === 1 && maxBytes > 0)) break
        drop(oldest)
      }
    },
    delete: drop,
    async inTurn(key, work) {
      const turn = (turns.get(key) ?? Promise.resolve()).then(work, work)
      turns.set(key, turn)
      try {
        return await turn
      } finally {
        if (turns.get(key) === turn) turns.delete(key)
      }
    },
    bytes: () => total,
  }
}
