import { type Kysely, sql } from 'kysely'

/**
 * What the query planner is to believe about a large database: rows of the table, then how many rows share the first
 * column of the index, the first two, and so on. Without figures SQLite takes any index that begins with store_id to be
 * as good as another, and reads a whole store's identifiers to find one.
 */
const STATISTICS: readonly (readonly [table: string, index: string, figures: string])[] = [
  ['identifier', 'identifier', '1000000 1000000 300000 1 1'],
  ['identifier', 'identifier_by_profile', '1000000 1000000 3 1'],
  ['identifier', 'identifier_by_joins', '1000 1000 300 1'],
  ['profile', 'profile', '500000 500000 1'],
  ['profile_merge', 'profile_merge', '100000 100000 1'],
  ['profile_merge', 'profile_merge_by_canonical', '100000 100000 2'],
  ['observation', 'observation', '1000000 1000000 50 1'],
  ['observation', 'observation_by_change', '1000000 1000000 50 3'],
  ['observation_conversation', 'observation_conversation', '1000000 1000000 50 10 1'],
  ['observation_revision', 'observation_revision', '100000 100000 20 2 1'],
  ['summary', 'summary', '100000 100000 10 1'],
  ['summary', 'summary_by_change', '100000 100000 10 2'],
  ['summary', 'summary_by_conversation', '100000 100000 10 1 1'],
  ['memory_vector', 'memory_vector', '1000000 1000000 50 2 2 1'],
  ['memory_vector', 'memory_vector_by_change', '1000000 1000000 50 3'],
  ['communication', 'communication', '1000000 1000000 20 1'],
  ['communication', 'communication_by_time', '1000000 1000000 20 2 1'],
  ['communication_participant', 'communication_participant', '1000000 1000000 10 5 1'],
  ['communication_participant', 'communication_participant_by_conversation', '1000000 1000000 40 2 1'],
  ['encoding_queue', 'encoding_queue', '10000 1000 1'],
  ['encoding_queue', 'encoding_queue_by_memory', '10000 1'],
  ['import_issue', 'import_issue', '100000 100000 1000 2 1'],
  ['store', 'store', '1000 1'],
  ['store', 'store_by_account', '1000 10 1'],
  ['store', 'store_by_name', '1000 10 1'],
]

/** Replaces what the planner knows by fixed figures, so that a statement's plan never depends on when somebody measured. */
export async function writeStatistics(db: Kysely<unknown>): Promise<void> {
  // Makes the table that is written next.
  await sql`analyze`.execute(db)
  await sql`delete from sqlite_stat1`.execute(db)
  for (const [table, index, figures] of STATISTICS) {
    await sql`insert into sqlite_stat1 (tbl, idx, stat) values (${table}, ${index}, ${figures})`.execute(db)
  }
  // Reads it back without measuring.
  await sql`analyze sqlite_schema`.execute(db)
}
