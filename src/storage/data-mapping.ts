import type { MappingFrom, MappingTo, MappingType } from '../contract/data-mapping.js'
import type { PageRequest } from './page.js'
import type { Executor, Tables } from './tables.js'

export interface DataMappingRow {
  id: string
  name: string
  description: string | undefined
  isEnabled: boolean
  mappingFrom: MappingFrom
  mappingTo: MappingTo
  version: number
  createdAt: number
  updatedAt: number
}

interface OfStore {
  readonly storeId: string
}

function toDataMapping(row: Tables['data_mapping']): DataMappingRow {
  return {
    id: row.id,
    name: row.name,
    description: row.description ?? undefined,
    isEnabled: row.is_enabled === 1,
    mappingFrom: JSON.parse(row.mapping_from) as MappingFrom,
    mappingTo: JSON.parse(row.mapping_to) as MappingTo,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toColumns(row: DataMappingRow) {
  return {
    name: row.name,
    description: row.description ?? null,
    is_enabled: row.isEnabled ? 1 : 0,
    mapping_to: JSON.stringify(row.mappingTo),
    version: row.version,
    updated_at: row.updatedAt,
  }
}

export async function insertDataMapping(executor: Executor, { storeId }: OfStore, row: DataMappingRow): Promise<void> {
  await executor
    .insertInto('data_mapping')
    .values({
      ...toColumns(row),
      store_id: storeId,
      id: row.id,
      type: row.mappingFrom.type,
      mapping_from: JSON.stringify(row.mappingFrom),
      created_at: row.createdAt,
    })
    .execute()
}

export async function updateDataMapping(executor: Executor, { storeId }: OfStore, row: DataMappingRow): Promise<void> {
  await executor
    .updateTable('data_mapping')
    .set(toColumns(row))
    .where('store_id', '=', storeId)
    .where('id', '=', row.id)
    .execute()
}

export async function deleteDataMapping(executor: Executor, { storeId }: OfStore, id: string): Promise<void> {
  await executor.deleteFrom('data_mapping').where('store_id', '=', storeId).where('id', '=', id).execute()
}

export async function findDataMapping(
  executor: Executor,
  { storeId }: OfStore,
  id: string,
): Promise<DataMappingRow | undefined> {
  const row = await executor
    .selectFrom('data_mapping')
    .selectAll()
    .where('store_id', '=', storeId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toDataMapping(row)
}

export async function findDataMappingByName(
  executor: Executor,
  { storeId }: OfStore,
  name: string,
): Promise<DataMappingRow | undefined> {
  const row = await executor
    .selectFrom('data_mapping')
    .selectAll()
    .where('store_id', '=', storeId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && toDataMapping(row)
}

export async function selectDataMappings(
  executor: Executor,
  { storeId }: OfStore,
  type: MappingType | undefined,
  { after, limit, order }: PageRequest,
): Promise<DataMappingRow[]> {
  const rows = await executor
    .selectFrom('data_mapping')
    .selectAll()
    .where('store_id', '=', storeId)
    .$if(type !== undefined, (query) => query.where('type', '=', type ?? ''))
    .$if(after !== undefined, (query) => query.where('id', order === 'asc' ? '>' : '<', after ?? ''))
    .orderBy('id', order)
    .limit(limit)
    .execute()
  return rows.map(toDataMapping)
}

/** All mappings of a store: there are few. */
export async function selectAllDataMappings(executor: Executor, { storeId }: OfStore): Promise<DataMappingRow[]> {
  const rows = await executor.selectFrom('data_mapping').selectAll().where('store_id', '=', storeId).execute()
  return rows.map(toDataMapping)
}
