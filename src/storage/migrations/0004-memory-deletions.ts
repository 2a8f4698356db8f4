import { type ColumnDefinitionBuilder, sql } from 'kysely'
import type { Migration } from './migration.js'

const required = (column: ColumnDefinitionBuilder) => column.notNull()

/** What was deleted from which profile, so that recall indexes of all servers forget it without being made anew. */
export const memoryDeletions: Migration = {
  name: '0004-memory-deletions',
  async up(db, { tableSuffix }) {
    await db.schema
      .createTable('memory_deletion')
      .modifyEnd(sql.raw(tableSuffix))
      .addColumn('store_id', 'text', required)
      .addColumn('profile_id', 'text', required)
      .addColumn('change', 'bigint', required)
      .addColumn('memory_id', 'text', required)
      .addPrimaryKeyConstraint('memory_deletion_pk', ['store_id', 'profile_id', 'change', 'memory_id'])
      .execute()
  },
}
