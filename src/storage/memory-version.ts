import type { Compilable, CompiledQuery } from 'kysely'
import type { StoreScope } from '../scope.js'
import { padList, prepare, prepareQuery, prepareShapes, readOne } from './statement.js'
import type { Executor } from './tables.js'

/** How far the memories of a profile are: an index of the same epoch can be brought up to the version. */
export interface MemoryVersion {
  version: number
  epoch: number
}

const selectMemoryVersion = prepare<[string, string], { memory_version: number; memory_epoch: number }>(
  (db, storeId, id) =>
    db
      .selectFrom('profile')
      .select(['memory_version', 'memory_epoch'])
      .where('store_id', '=', storeId)
      .where('id', '=', id),
)

/** Nothing when there is no such canonical profile. */
export async function findMemoryVersion(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
): Promise<MemoryVersion | undefined> {
  const [row] = await selectMemoryVersion(executor, scope.storeId, profileId)
  return row && { version: row.memory_version, epoch: row.memory_epoch }
}

const lockVersion = prepare<[string, string], { memory_version: number; memory_epoch: number }>((db, storeId, id) =>
  db
    .selectFrom('profile')
    .select(['memory_version', 'memory_epoch'])
    .where('store_id', '=', storeId)
    .where('id', '=', id)
    .forUpdate(),
)

/**
 * The memory version of a profile, held until the end of the transaction: who changes memories is alone with the
 * profile, so that versions are committed in their order. Nothing when there is no such canonical profile.
 */
export async function lockMemoryVersion(
  trx: Executor,
  scope: StoreScope,
  profileId: string,
): Promise<MemoryVersion | undefined> {
  const [row] = await lockVersion(trx, scope.storeId, profileId)
  return row && { version: row.memory_version, epoch: row.memory_epoch }
}

/** Versions of those of the profiles that are canonical ones, by id; held, in the order of the ids. */
export async function lockMemoryVersions(
  trx: Executor,
  scope: StoreScope,
  profileIds: readonly string[],
): Promise<Map<string, MemoryVersion>> {
  if (profileIds.length === 0) return new Map()
  const padded = padList(profileIds)
  const query = shapeLocked(String(padded.length), [scope.storeId, ...padded], ([storeId = '', ...ids]) =>
    trx
      .selectFrom('profile')
      .select(['id', 'memory_version', 'memory_epoch'])
      .where('store_id', '=', storeId)
      .where('id', 'in', ids)
      .orderBy('id')
      .forUpdate(),
  )
  return readOne(trx, { query, toResult: toVersions })
}

const shapeLocked = prepareShapes()

function toVersions(
  rows: readonly { id: string; memory_version: number; memory_epoch: number }[],
): Map<string, MemoryVersion> {
  return new Map(rows.map((row) => [row.id, { version: row.memory_version, epoch: row.memory_epoch }]))
}

const raise = prepareQuery<[versions: number, epochs: number, storeId: string, id: string], never>(
  (db, versions, epochs, storeId, id) =>
    db
      .updateTable('profile')
      .set((e) => ({
        memory_version: e('memory_version', '+', versions),
        memory_epoch: e('memory_epoch', '+', epochs),
      }))
      .where('store_id', '=', storeId)
      .where('id', '=', id) as unknown as Compilable<never>,
)

/**
 * Raises the memory version of a profile.
 *
 * @param by how many changes it had
 * @param rebuild whether memories came by a merge, so that indexes must be made anew
 */
export function raiseMemoryVersion(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
  { by = 1, rebuild }: { by?: number; rebuild: boolean },
): CompiledQuery {
  return raise(executor, by, rebuild ? 1 : 0, scope.storeId, profileId)
}

/** Tables whose rows say with which memory version they were written. */
const CHANGED = ['observation', 'summary', 'memory_vector'] as const

/**
 * Raises the memory version of a profile that got memories by a merge: beyond their changes, so that indexes which have
 * them need not ask for them again, and in a new epoch, so that indexes are made anew.
 */
export function raiseMemoryVersionByMerge(executor: Executor, scope: StoreScope, profileId: string): CompiledQuery[] {
  const raiseTo = (table: (typeof CHANGED)[number]) => {
    const newest = executor
      .selectFrom(table)
      .select((e) => e.fn.max('change').as('change'))
      .where('store_id', '=', scope.storeId)
      .where('profile_id', '=', profileId)
    return executor
      .updateTable('profile')
      .set((e) => ({ memory_version: e.fn.coalesce(newest, e.lit(0)) }))
      .where('store_id', '=', scope.storeId)
      .where('id', '=', profileId)
      .where('memory_version', '<', newest)
      .compile()
  }
  return [...CHANGED.map(raiseTo), raiseMemoryVersion(executor, scope, profileId, { rebuild: true })]
}
