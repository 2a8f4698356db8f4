import { sql } from 'kysely'
import type { Migration } from './migration.js'

/**
 * What keys may do, and who did what from where. The new columns have constant defaults, so that no row is rewritten:
 * a key that was there may do everything, and what was recorded before does not say where it came from.
 */
export const accessAndAudit: Migration = {
  name: '0005-access-and-audit',
  async up(db, { tableSuffix }) {
    const addText = (table: string, column: string, fallback: string) =>
      db.schema
        .alterTable(table)
        .addColumn(column, 'text', (definition) => definition.notNull().defaultTo(fallback))
        .execute()
    await addText('api_key', 'scope', 'admin')
    await db.schema.alterTable('api_key').addColumn('stores', 'text').execute()
    await addText('event', 'operation', '')
    await addText('event', 'client_address', '')
    await addText('operation', 'store_id', '')
    await addText('import', 'actor', '')
    await db.schema
      .createTable('account_store')
      .modifyEnd(sql.raw(tableSuffix))
      .addColumn('account_sid', 'text', (column) => column.notNull())
      .addColumn('store_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('account_store_pk', ['account_sid', 'store_id'])
      .execute()
    await sql`insert into account_store (account_sid, store_id) select account_sid, id from store`.execute(db)
  },
}
