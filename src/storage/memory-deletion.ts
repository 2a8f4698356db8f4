import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import { insertRows } from './statement.js'
import type { Executor } from './tables.js'

/**
 * An index that is at most so many changes behind finds all deletions since. Deletions are kept twice as long, so that
 * none goes while an index is being brought up to date. It may grow in later versions and must not shrink: an older server
 * may still erase what a newer one counts on.
 */
export const MOST_CHANGES_BEHIND = 1000
const CHANGES_KEPT = 2 * MOST_CHANGES_BEHIND

/** Notes that memories were deleted with a change, and erases what was noted long ago. */
export function insertDeletions(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  ids: readonly string[],
  change: number,
): CompiledQuery[] {
  return [
    ...insertRows(
      'memory_deletion',
      ['store_id', 'profile_id', 'change', 'memory_id'],
      ids.map((id) => [scope.storeId, profileId, change, id]),
    ),
    executor
      .deleteFrom('memory_deletion')
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
      .where('change', '<', change - CHANGES_KEPT)
      .compile(),
  ]
}

/** Ids of memories deleted since a change that is at most MOST_CHANGES_BEHIND behind. */
export async function selectDeletionsSince(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  change: number,
): Promise<string[]> {
  const rows = await executor
    .selectFrom('memory_deletion')
    .select('memory_id')
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .where('change', '>', change)
    .execute()
  return rows.map((row) => row.memory_id)
}

/** Erases what is noted of a profile. */
export function eraseDeletions(executor: Executor, scope: StoreScope, profileId: string): CompiledQuery {
  return executor
    .deleteFrom('memory_deletion')
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .compile()
}
