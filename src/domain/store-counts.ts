import type { Context } from '../context.js'
import { MAX_COUNT, type StoreCounts } from '../contract/store.js'
import type { StoreScope } from '../scope.js'
import { countStoreRows } from '../storage/store.js'

/** How much is in a store, counted up to MAX_COUNT (ours, beyond the API). */
export async function fetchStoreCounts(ctx: Pick<Context, 'db'>, scope: StoreScope): Promise<StoreCounts> {
  const count = (table: Parameters<typeof countStoreRows>[2]) => countStoreRows(ctx.db.read, scope, table, MAX_COUNT)
  return {
    profiles: await count('profile'),
    observations: await count('observation'),
    summaries: await count('summary'),
    imports: await count('import'),
  }
}
