import { type CompiledQuery, type ExpressionBuilder, sql } from 'kysely'
import { groupBy } from '../group-by.js'
import type { StoreScope } from '../scope.js'
import { insertRows, prepare } from './statement.js'
import type { Executor, Tables } from './tables.js'

export interface IdentifierKey {
  idType: string
  value: string
}

export interface IdentifierRow extends IdentifierKey {
  /** Whether only one profile may own the value. */
  exclusive: boolean
  profileId: string
  originProfileId: string
  ordinal: number
}

const COLUMNS = ['id_type', 'value', 'shared_by', 'profile_id', 'origin_profile_id', 'ordinal'] as const

function toIdentifier(row: Pick<Tables['identifier'], (typeof COLUMNS)[number]>): IdentifierRow {
  return {
    idType: row.id_type,
    value: row.value,
    exclusive: row.shared_by === '',
    profileId: row.profile_id,
    originProfileId: row.origin_profile_id,
    ordinal: row.ordinal,
  }
}

const sharedBy = (row: IdentifierRow) => (row.exclusive ? '' : row.profileId)

/** Whom values belong to. */
export async function selectIdentifierOwners(
  executor: Executor,
  scope: StoreScope,
  keys: readonly IdentifierKey[],
): Promise<string[]> {
  if (keys.length === 0) return []
  const rows = await executor
    .selectFrom('identifier')
    .select('profile_id')
    .distinct()
    .where('store_id', '=', scope.storeId)
    .where((e) => e.or([...groupBy(keys, (key) => key.idType)].map(([idType, group]) => ofType(e, idType, group))))
    .execute()
  return rows.map((row) => row.profile_id)
}

function ofType(e: ExpressionBuilder<Tables, 'identifier'>, idType: string, keys: readonly IdentifierKey[]) {
  const values = keys.map((key) => key.value)
  return e.and([e('id_type', '=', idType), e('value', 'in', values)])
}

/** Identifiers of profiles, oldest first. */
export async function selectIdentifiersOfProfiles(
  executor: Executor,
  scope: StoreScope,
  profileIds: readonly string[],
): Promise<IdentifierRow[]> {
  if (profileIds.length === 0) return []
  const rows = await executor
    .selectFrom('identifier')
    .select(COLUMNS)
    .where('store_id', '=', scope.storeId)
    .where('profile_id', 'in', profileIds)
    .orderBy('ordinal')
    .execute()
  return rows.map(toIdentifier)
}

const MAX_LOOKUP_PROFILES = 100

const selectOwners = prepare<[string, string, string], { profile_id: string }>((db, storeId, idType, value) =>
  db
    .selectFrom('identifier')
    .select('profile_id')
    .where('store_id', '=', storeId)
    .where('id_type', '=', idType)
    .where('value', '=', value)
    .orderBy('profile_id')
    .limit(MAX_LOOKUP_PROFILES),
)

/** Ids of the profiles that own a normalised value, earliest first, at most 100. */
export async function findIdentifierOwners(
  executor: Executor,
  scope: StoreScope,
  { idType, value }: IdentifierKey,
): Promise<string[]> {
  const rows = await selectOwners(executor, scope.storeId, idType, value)
  return rows.map((row) => row.profile_id)
}

export function insertIdentifiers(scope: StoreScope, rows: readonly IdentifierRow[]): CompiledQuery[] {
  return insertRows(
    'identifier',
    ['store_id', ...COLUMNS],
    rows.map((row) => [
      scope.storeId,
      row.idType,
      row.value,
      sharedBy(row),
      row.profileId,
      row.originProfileId,
      row.ordinal,
    ]),
  )
}

export function deleteIdentifier(executor: Executor, scope: StoreScope, row: IdentifierRow): CompiledQuery {
  return executor
    .deleteFrom('identifier')
    .where('store_id', '=', scope.storeId)
    .where('id_type', '=', row.idType)
    .where('value', '=', row.value)
    .where('shared_by', '=', sharedBy(row))
    .compile()
}

export function deleteIdentifiersOfProfile(executor: Executor, scope: StoreScope, profileId: string): CompiledQuery {
  return executor
    .deleteFrom('identifier')
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', profileId)
    .compile()
}

/** Gives all identifiers of one profile to another. */
export function moveIdentifiers(executor: Executor, scope: StoreScope, from: string, to: string): CompiledQuery {
  return executor
    .updateTable('identifier')
    .set({ profile_id: to, shared_by: sql<string>`case when shared_by = '' then '' else ${to} end` })
    .where('store_id', '=', scope.storeId)
    .where('profile_id', '=', from)
    .compile()
}
