import { sql } from 'kysely'
import type { Executor, Tables } from './tables.js'

/**
 * The tables below a store, but the events: who did what is kept for as long as the setting says. With the columns of their keys after store_id: a page is found by the beginning of the key and
 * erased by the same columns, so that no page reads what the others have left.
 */
const CONTENT: readonly (readonly [table: keyof Tables, ...key: string[]])[] = [
  ['memory_vector', 'profile_id', 'memory_id'],
  ['memory_deletion', 'profile_id', 'change', 'memory_id'],
  ['encoding_queue', 'memory_id'],
  ['observation_revision', 'profile_id', 'observation_id'],
  ['observation_conversation', 'profile_id', 'conversation_id', 'observation_id'],
  ['observation', 'profile_id', 'id'],
  ['summary', 'profile_id', 'id'],
  ['communication_participant', 'participant', 'conversation_id', 'communication_id'],
  ['communication', 'conversation_id', 'id'],
  ['identifier', 'id_type', 'value', 'shared_by'],
  ['profile', 'id'],
  ['profile_merge', 'profile_id'],
  ['import_issue', 'import_id', 'row_number', 'position'],
  ['import', 'id'],
  ['data_mapping', 'id'],
  ['trait_group', 'name'],
  ['identity_settings', 'store_id'],
  ['retention', 'store_id'],
]

/**
 * Erases a page of what a deleted store left.
 *
 * @returns rows erased; 0 when nothing is left
 */
export async function deleteStoreContent(executor: Executor, storeId: string, limit: number): Promise<number> {
  for (const [table, ...columns] of CONTENT) {
    const name = sql.table(table)
    const key = sql.join(columns.map((column) => sql.ref(column)))
    const result = await sql`
      delete from ${name} where store_id = ${storeId} and (${key}) in
        (select ${key} from ${name} where store_id = ${storeId} limit ${limit})`.execute(executor)
    const deleted = Number(result.numAffectedRows ?? 0n)
    if (deleted > 0) return deleted
  }
  return 0
}
