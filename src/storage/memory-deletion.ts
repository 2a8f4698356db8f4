import type { CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import type { ChangeKey } from './indexed-memory.js'
import { insertRows, prepare } from './statement.js'
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

const deletionsByChange = prepare<
  [storeId: string, profileId: string, change: number, id: string, limit: number],
  { memory_id: string; change: number }
>((db, storeId, profileId, change, id, limit) =>
  db
    .selectFrom('memory_deletion')
    .select(['memory_id', 'change'])
    .where('store_id', '=', storeId)
    .where('profile_id', '=', profileId)
    .where((e) => e(e.refTuple('change', 'memory_id'), '>', e.tuple(change, id)))
    .orderBy('change')
    .orderBy('memory_id')
    .limit(limit),
)

/** A page of the memories that were deleted behind a key, whose change is at most MOST_CHANGES_BEHIND behind. */
export async function selectDeletionsSince(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  after: ChangeKey,
  limit: number,
): Promise<ChangeKey[]> {
  const rows = await deletionsByChange(executor, scope.storeId, profileId, after.change, after.id, limit)
  return rows.map((row) => ({ id: row.memory_id, change: row.change }))
}

/** Erases what is noted of a profile. */
export function eraseDeletions(executor: Executor, scope: StoreScope, profileId: string): CompiledQuery {
  return executor
    .deleteFrom('memory_deletion')
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .compile()
}
