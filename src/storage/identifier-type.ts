import type { StoreScope } from '../scope.js'
import { IDENTIFIER_COLUMNS, type IdentifierRow, toIdentifier } from './identifier.js'
import type { Executor } from './tables.js'

/** Identifiers of one type in pages by value and owner, for work on all of them. */
export async function selectIdentifiersOfType(
  executor: Executor,
  scope: StoreScope,
  idType: string,
  after: { value: string; sharedBy: string },
  limit: number,
): Promise<(IdentifierRow & { sharedBy: string })[]> {
  const rows = await executor
    .selectFrom('identifier')
    .select(IDENTIFIER_COLUMNS)
    .where('store_id', '=', scope.storeId)
    .where('id_type', '=', idType)
    .where((e) =>
      e.or([e('value', '>', after.value), e.and([e('value', '=', after.value), e('shared_by', '>', after.sharedBy)])]),
    )
    .orderBy('value')
    .orderBy('shared_by')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toIdentifier(row), sharedBy: row.shared_by }))
}

/** Values of one type in pages, for approximate lookup: the caller compares them. */
export async function selectValuesOfType(
  executor: Executor,
  scope: StoreScope,
  idType: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await executor
    .selectFrom('identifier')
    .select('value')
    .distinct()
    .where('store_id', '=', scope.storeId)
    .where('id_type', '=', idType)
    .where('value', '>', after)
    .orderBy('value')
    .limit(limit)
    .execute()
  return rows.map((row) => row.value)
}
