import { sql } from 'kysely'
import type { Executor, Tables } from './tables.js'

/** The tables below a store and the column, after store_id, by which their rows are erased in pages. */
const CONTENT: readonly (readonly [keyof Tables, string])[] = [
  ['memory_vector', 'memory_id'],
  ['encoding_queue', 'memory_id'],
  ['memory_deletion', 'memory_id'],
  ['observation_revision', 'observation_id'],
  ['observation_conversation', 'observation_id'],
  ['observation', 'id'],
  ['summary', 'id'],
  ['communication', 'id'],
  ['identifier', 'profile_id'],
  ['profile', 'id'],
  ['profile_merge', 'profile_id'],
  ['import_issue', 'row_number'],
  ['import', 'id'],
  ['data_mapping', 'id'],
  ['trait_group', 'name'],
  ['identity_settings', 'store_id'],
  ['event', 'id'],
]

/**
 * Erases a page of what a deleted store left.
 *
 * @returns rows erased; 0 when nothing is left
 */
export async function deleteStoreContent(executor: Executor, storeId: string, limit: number): Promise<number> {
  for (const [table, column] of CONTENT) {
    const name = sql.table(table)
    const key = sql.ref(column)
    const result = await sql`
      delete from ${name} where store_id = ${storeId} and ${key} in
        (select ${key} from ${name} where store_id = ${storeId} limit ${limit})`.execute(executor)
    const deleted = Number(result.numAffectedRows ?? 0n)
    if (deleted > 0) return deleted
  }
  return 0
}
