import { type CompiledQuery, sql } from 'kysely'
import { groupBy } from '../group-by.js'
import type { StoreScope } from '../scope.js'
import type { PageRequest } from './page.js'
import { insertRows, padList, prepare, prepareShapes, readOne, type Selection } from './statement.js'
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

/** Of the table, as `toIdentifier` reads them. */
export const IDENTIFIER_COLUMNS = [
  'id_type',
  'value',
  'shared_by',
  'profile_id',
  'origin_profile_id',
  'ordinal',
  'joins',
] as const

export function toIdentifier(row: Pick<Tables['identifier'], (typeof IDENTIFIER_COLUMNS)[number]>): IdentifierRow {
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

const shapeOwners = prepareShapes()

/** Reads whom values belong to, one value at least. */
export function queryOwners(
  executor: Executor,
  scope: StoreScope,
  keys: readonly IdentifierKey[],
): Selection<string[]> {
  const byType = [...groupBy(keys, (key) => key.idType)].map(
    ([idType, group]) => [idType, padList(group.map(({ value }) => value))] as const,
  )
  const shape = byType.map(([idType, values]) => `${values.length} ${idType}`).join('\n')
  const values = [scope.storeId, ...byType.flatMap(([, ofType]) => ofType)]
  return {
    query: shapeOwners(shape, values, ([storeId = '', ...placeholders]) => {
      let taken = 0
      const lists = byType.map(([idType, { length }]) => {
        taken += length
        return [idType, placeholders.slice(taken - length, taken)] as const
      })
      return executor
        .selectFrom('identifier')
        .select('profile_id')
        .distinct()
        .where('store_id', '=', storeId)
        .where((e) => e.or(lists.map(([idType, list]) => e.and([e('id_type', '=', idType), e('value', 'in', list)]))))
    }),
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

const shapeIdentifiers = prepareShapes()

/** Reads the identifiers of profiles, of one at least, oldest first. */
export function queryIdentifiers(
  executor: Executor,
  scope: StoreScope,
  profileIds: readonly string[],
): Selection<IdentifierRow[]> {
  const profiles = padList(profileIds)
  return {
    query: shapeIdentifiers(String(profiles.length), [scope.storeId, ...profiles], ([storeId = '', ...ids]) =>
      executor
        .selectFrom('identifier')
        .select(IDENTIFIER_COLUMNS)
        .where('store_id', '=', storeId)
        .where('profile_id', 'in', ids)
        .orderBy('ordinal'),
    ),
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

export function insertIdentifiers(scope: StoreScope, rows: readonly IdentifierRow[]): CompiledQuery[] {
  return insertRows(
    'identifier',
    ['store_id', ...IDENTIFIER_COLUMNS],
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
