import { sql } from 'kysely'
import type { Migration } from './migration.js'

/**
 * What several nodes on one database share: uploaded files, and which of them encodes a text. The new column has a
 * constant default, so that no row is rewritten.
 */
export const nodes: Migration = {
  name: '0003-nodes',
  async up(db, { tableSuffix }) {
    await db.schema
      .createTable('blob')
      .modifyEnd(sql.raw(tableSuffix))
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('size', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('blob_part')
      .modifyEnd(sql.raw(tableSuffix))
      .addColumn('blob_name', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('content', 'blob', (column) => column.notNull())
      .addPrimaryKeyConstraint('blob_part_pk', ['blob_name', 'position'])
      .execute()
    await db.schema
      .alterTable('encoding_queue')
      .addColumn('claimed_until', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    // The newest first, of all stores: the queue is one, like that of jobs.
    await db.schema.createIndex('encoding_queue_by_memory').on('encoding_queue').columns(['memory_id']).execute()
  },
}
