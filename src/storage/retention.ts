import type { StoreScope } from '../scope.js'
import type { MemoryKind } from './memory.js'
import type { CompiledQuery } from './statement.js'
import type { Executor } from './tables.js'

/** How long a store keeps memories, in days; nothing is for ever. */
export interface RetentionRow {
  observationDays: number | undefined
  summaryDays: number | undefined
  version: number
}

export async function findRetention(
  executor: Executor,
  { storeId }: Pick<StoreScope, 'storeId'>,
): Promise<RetentionRow | undefined> {
  const row = await executor
    .selectFrom('retention')
    .select(['observation_days', 'summary_days', 'version'])
    .where('store_id', '=', storeId)
    .executeTakeFirst()
  return (
    row && {
      observationDays: row.observation_days ?? undefined,
      summaryDays: row.summary_days ?? undefined,
      version: row.version,
    }
  )
}

/** Writes the settings with their version, and when old memories are looked for next. */
export async function putRetention(
  executor: Executor,
  scope: StoreScope,
  { observationDays = null, summaryDays = null, version }: { [K in keyof RetentionRow]: RetentionRow[K] | null },
  { nextRunAt, now }: { nextRunAt: number; now: number },
): Promise<void> {
  const values = {
    observation_days: observationDays,
    summary_days: summaryDays,
    version: version ?? 1,
    next_run_at: nextRunAt,
    updated_at: now,
  }
  await executor
    .insertInto('retention')
    .values({ store_id: scope.storeId, ...values })
    .onConflict((conflict) => conflict.column('store_id').doUpdateSet(values))
    .execute()
}

/** Stores whose old memories are to be looked for now. */
export async function selectDueRetentions(
  executor: Executor,
  now: number,
): Promise<{ storeId: string; nextRunAt: number }[]> {
  const rows = await executor
    .selectFrom('retention')
    .select(['store_id', 'next_run_at'])
    .where('next_run_at', '<=', now)
    .execute()
  return rows.map((row) => ({ storeId: row.store_id, nextRunAt: row.next_run_at }))
}

/** Moves the time of the next run on. @returns false when another node did it before */
export async function moveNextRun(
  executor: Executor,
  { storeId, nextRunAt }: { storeId: string; nextRunAt: number },
  to: number,
): Promise<boolean> {
  const result = await executor
    .updateTable('retention')
    .set({ next_run_at: to })
    .where('store_id', '=', storeId)
    .where('next_run_at', '=', nextRunAt)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/**
 * Memories of profiles that were stored before a time, by profile and id. Ids of memories grow with the time, so that
 * nothing younger is read.
 *
 * @param before the time in milliseconds since the epoch, and the least id of a memory of that time
 */
export async function selectMemoriesBefore(
  executor: Executor,
  scope: StoreScope,
  kind: MemoryKind,
  profileIds: readonly string[],
  before: { time: number; id: string },
  limit: number,
): Promise<{ profileId: string; id: string }[]> {
  if (profileIds.length === 0) return []
  const rows = await executor
    .selectFrom(kind)
    .select(['profile_id', 'id'])
    .where('store_id', '=', scope.storeId)
    .where('profile_id', 'in', profileIds)
    .where('id', '<', before.id)
    .where('created_at', '<', before.time)
    .orderBy('profile_id')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ profileId: row.profile_id, id: row.id }))
}

const HANGING_ON_OBSERVATIONS = [
  ['observation_revision', 'observation_id'],
  ['observation_conversation', 'observation_id'],
  ['observation', 'id'],
] as const

/** Erases memories of a profile with their revisions, links, vectors and places in the encoding queue. */
export function eraseMemoriesById(
  executor: Executor,
  scope: StoreScope,
  kind: MemoryKind,
  profileId: string,
  ids: readonly string[],
): CompiledQuery[] {
  const tables = kind === 'observation' ? HANGING_ON_OBSERVATIONS : ([['summary', 'id']] as const)
  const erase = (table: (typeof tables)[number][0] | 'memory_vector' | 'encoding_queue', column: string) =>
    executor
      .deleteFrom(table)
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
      .where((e) => e(e.ref(column as 'profile_id'), 'in', ids))
      .compile()
  return [
    ...tables.map(([table, column]) => erase(table, column)),
    erase('memory_vector', 'memory_id'),
    erase('encoding_queue', 'memory_id'),
  ]
}
