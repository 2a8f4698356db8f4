import type { TraitDefinition } from '../contract/trait-group.js'
import type { PageRequest } from './page.js'
import type { Executor, Tables } from './tables.js'

export interface TraitGroupRow {
  name: string
  description: string | undefined
  traits: Record<string, TraitDefinition>
  version: number
  createdAt: number
  updatedAt: number
}

interface OfStore {
  readonly storeId: string
}

function toTraitGroup(row: Tables['trait_group']): TraitGroupRow {
  return {
    name: row.name,
    description: row.description ?? undefined,
    traits: JSON.parse(row.traits) as Record<string, TraitDefinition>,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export async function insertTraitGroup(executor: Executor, { storeId }: OfStore, group: TraitGroupRow): Promise<void> {
  await executor
    .insertInto('trait_group')
    .values({
      store_id: storeId,
      name: group.name,
      description: group.description ?? null,
      traits: JSON.stringify(group.traits),
      version: group.version,
      created_at: group.createdAt,
      updated_at: group.updatedAt,
    })
    .execute()
}

/** Writes description and definitions and raises the version. */
export async function updateTraitGroup(
  executor: Executor,
  { storeId }: OfStore,
  group: Pick<TraitGroupRow, 'name' | 'description' | 'traits' | 'updatedAt'>,
): Promise<void> {
  await executor
    .updateTable('trait_group')
    .set((e) => ({
      description: group.description ?? null,
      traits: JSON.stringify(group.traits),
      version: e('version', '+', 1),
      updated_at: group.updatedAt,
    }))
    .where('store_id', '=', storeId)
    .where('name', '=', group.name)
    .execute()
}

export async function deleteTraitGroup(executor: Executor, { storeId }: OfStore, name: string): Promise<void> {
  await executor.deleteFrom('trait_group').where('store_id', '=', storeId).where('name', '=', name).execute()
}

export async function findTraitGroup(
  executor: Executor,
  { storeId }: OfStore,
  name: string,
): Promise<TraitGroupRow | undefined> {
  const row = await executor
    .selectFrom('trait_group')
    .selectAll()
    .where('store_id', '=', storeId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && toTraitGroup(row)
}

/** All trait groups of a store, by name. */
export async function selectTraitGroups(executor: Executor, { storeId }: OfStore): Promise<TraitGroupRow[]> {
  const rows = await executor
    .selectFrom('trait_group')
    .selectAll()
    .where('store_id', '=', storeId)
    .orderBy('name')
    .execute()
  return rows.map(toTraitGroup)
}

/** Where a page of trait groups begins: they are ordered by their time, then by name. */
export interface TraitGroupCursor {
  createdAt: number
  name: string
}

export async function selectTraitGroupPage(
  executor: Executor,
  { storeId }: OfStore,
  { after, order, limit }: PageRequest<TraitGroupCursor>,
): Promise<TraitGroupRow[]> {
  const beyond = order === 'asc' ? '>' : '<'
  let query = executor.selectFrom('trait_group').selectAll().where('store_id', '=', storeId)
  if (after !== undefined) {
    query = query.where((e) =>
      e.or([
        e('created_at', beyond, after.createdAt),
        e.and([e('created_at', '=', after.createdAt), e('name', beyond, after.name)]),
      ]),
    )
  }
  const rows = await query.orderBy('created_at', order).orderBy('name', order).limit(limit).execute()
  return rows.map(toTraitGroup)
}

export async function countTraitGroups(executor: Executor, { storeId }: OfStore): Promise<number> {
  const row = await executor
    .selectFrom('trait_group')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('store_id', '=', storeId)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
