import { type CompiledQuery, sql } from 'kysely'
import { groupBy } from '../group-by.js'
import type { StoreScope } from '../scope.js'
import type { PageRequest } from './page.js'
import { insertRows, markedStatement, markers, prepare, readOne, type Selection } from './statement.js'
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
  joins: number
}

const COLUMNS = ['id_type', 'value', 'shared_by', 'profile_id', 'origin_profile_id', 'ordinal', 'joins'] as const

function toIdentifier(row: Pick<Tables['identifier'], (typeof COLUMNS)[number]>): IdentifierRow {
  return {
    idType: row.id_type,
    value: row.value,
    exclusive: row.shared_by === '',
    profileId: row.profile_id,
    originProfileId: row.origin_profile_id,
    ordinal: row.ordinal,
    joins: row.joins,
  }
}

const sharedBy = (row: IdentifierRow) => (row.exclusive ? '' : row.profileId)

/**
 * Reads whom values belong to, one value at least. Written as text: to build the query for the thousand values of an
 * import's transaction took longer than to run it.
 */
export function queryOwners(
  _executor: Executor,
  scope: StoreScope,
  keys: readonly IdentifierKey[],
): Selection<string[]> {
  const values: string[] = [scope.storeId]
  const ofTypes: string[] = []
  for (const [idType, group] of groupBy(keys, (key) => key.idType)) {
    values.push(idType)
    for (const { value } of group) values.push(value)
    ofTypes.push(`("id_type" = ? and "value" in (${markers(group.length)}))`)
  }
  const text = `select distinct "profile_id" from "identifier" where "store_id" = ? and (${ofTypes.join(' or ')})`
  return {
    query: markedStatement(text, values),
    toResult: (rows: readonly { profile_id: string }[]) => rows.map((row) => row.profile_id),
  }
}

/** Whom values belong to. */
export async function selectIdentifierOwners(
  executor: Executor,
  scope: StoreScope,
  keys: readonly IdentifierKey[],
): Promise<string[]> {
  return keys.length === 0 ? [] : readOne(executor, queryOwners(executor, scope, keys))
}

/** Reads the identifiers of profiles, of one at least, oldest first. */
export function queryIdentifiers(
  executor: Executor,
  scope: StoreScope,
  profileIds: readonly string[],
): Selection<IdentifierRow[]> {
  return {
    query: executor
      .selectFrom('identifier')
      .select(COLUMNS)
      .where('store_id', '=', scope.storeId)
      .where('profile_id', 'in', profileIds)
      .orderBy('ordinal')
      .compile(),
    toResult: (rows: readonly Parameters<typeof toIdentifier>[0][]) => rows.map(toIdentifier),
  }
}

/** Identifiers of a profile, oldest first. */
export function selectIdentifiersOfProfile(
  executor: Executor,
  scope: StoreScope,
  profileId: string,
): Promise<IdentifierRow[]> {
  return readOne(executor, queryIdentifiers(executor, scope, [profileId]))
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
    .select(COLUMNS)
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

/** Values that joined at least so many profiles, in pages by type and value. */
export async function selectJoiners(
  executor: Executor,
  scope: StoreScope,
  minJoins: number,
  { after, limit, order }: PageRequest<[idType: string, value: string]>,
): Promise<IdentifierKey[]> {
  const beyond = order === 'asc' ? '>' : '<'
  const rows = await executor
    .selectFrom('identifier')
    .select(['id_type', 'value'])
    .distinct()
    .where('store_id', '=', scope.storeId)
    // As text, so that the engine knows the partial index covers it.
    .where(sql<boolean>`joins > 0`)
    .where('joins', '>=', minJoins)
    .$if(after !== undefined, (query) =>
      query.where((e) =>
        e.or([
          e('id_type', beyond, after?.[0] ?? ''),
          e.and([e('id_type', '=', after?.[0] ?? ''), e('value', beyond, after?.[1] ?? '')]),
        ]),
      ),
    )
    .orderBy('id_type', order)
    .orderBy('value', order)
    .limit(limit)
    .execute()
  return rows.map((row) => ({ idType: row.id_type, value: row.value }))
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
      row.joins,
    ]),
  )
}

export function deleteIdentifier(executor: Executor, scope: StoreScope, row: IdentifierRow): CompiledQuery {
  return executor
    .deleteFrom('identifier')
    .where('store_id', '=', scope.storeId)
    .where('id_type', '=', row.idType)
    .where('value', '=', row.value)
    .where('profile_id', '=', row.profileId)
    .compile()
}

/** Records how many profiles a value joined. */
export function updateJoins(executor: Executor, scope: StoreScope, row: IdentifierRow): CompiledQuery {
  return executor
    .updateTable('identifier')
    .set({ joins: row.joins })
    .where('store_id', '=', scope.storeId)
    .where('id_type', '=', row.idType)
    .where('value', '=', row.value)
    .where('profile_id', '=', row.profileId)
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
