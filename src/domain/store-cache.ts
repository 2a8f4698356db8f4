import type { CacheUse } from '../metrics/cache-use.js'
import type { StoreRow } from '../storage/store.js'

/** So long a change of a store by another node may go unseen by what does not ask again. */
const TTL_MS = 50
const MAX_STORES = 1000

/** Rows of the stores in use: a request need not read the row that the one before it read. */
export interface StoreCache {
  /** The row of a moment ago; nothing when it is not at hand. */
  current(storeId: string): StoreRow | undefined
  /** The last row that was read and is too old to be relied on; nothing while it can be, or when there is none. */
  outdated(storeId: string): StoreRow | undefined
  /** The row of a moment ago, or of now. */
  read(storeId: string, load: () => Promise<StoreRow | undefined>): Promise<StoreRow | undefined>
  /** To be called when this node changed the store, after the commit: what it reads from then on is new. */
  forget(storeId: string): void
}

/**
 * @param now milliseconds since the epoch
 * @param use told of what was found and what was not
 */
export function createStoreCache(now: () => number, use: CacheUse = { hits: 0, misses: 0 }): StoreCache {
  const rows = new Map<string, { readonly row: StoreRow; readonly until: number }>()
  let forgotten = 0
  return {
    current(storeId) {
      const known = rows.get(storeId)
      return known !== undefined && now() < known.until ? known.row : undefined
    },
    outdated(storeId) {
      const known = rows.get(storeId)
      return known !== undefined && now() >= known.until ? known.row : undefined
    },
    async read(storeId, load) {
      const known = rows.get(storeId)
      const time = now()
      if (known !== undefined && time < known.until) {
        use.hits += 1
        return known.row
      }
      use.misses += 1
      const before = forgotten
      const row = await load()
      rows.delete(storeId)
      // What was read while a store changed may be what it was before.
      if (row === undefined || before !== forgotten) return row
      if (rows.size >= MAX_STORES) rows.clear()
      rows.set(storeId, { row, until: time + TTL_MS })
      return row
    },
    forget(storeId) {
      rows.delete(storeId)
      forgotten += 1
    },
  }
}
