/** The caches of a process whose use is counted. */
export type CacheName = 'recall_index' | 'query_vector' | 'credential' | 'store' | 'schema'

/** How often a cache had what was looked for, since the start. Raised in place: a request looks into several. */
export interface CacheUse {
  hits: number
  misses: number
}

/** Caches nobody has looked into yet. */
export function createCacheUse(): Record<CacheName, CacheUse> {
  const unused = (): CacheUse => ({ hits: 0, misses: 0 })
  return {
    recall_index: unused(),
    query_vector: unused(),
    credential: unused(),
    store: unused(),
    schema: unused(),
  }
}
