import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely'
import { participantsOf } from '../communication-participant.js'
import { insertRows, runAll } from '../statement.js'
import type { Tables } from '../tables.js'
import type { Migration } from './migration.js'

const required = (column: ColumnDefinitionBuilder) => column.notNull()

/** Who takes part in which communication, so that erasing a person finds them, and how long a store keeps memories. */
export const dataProtection: Migration = {
  name: '0006-data-protection',
  async up(db, { tableSuffix }) {
    await db.schema
      .createTable('communication_participant')
      .modifyEnd(sql.raw(tableSuffix))
      .addColumn('store_id', 'text', required)
      .addColumn('participant', 'text', required)
      .addColumn('conversation_id', 'text', required)
      .addColumn('communication_id', 'text', required)
      .addPrimaryKeyConstraint('communication_participant_pk', [
        'store_id',
        'participant',
        'conversation_id',
        'communication_id',
      ])
      .execute()
    await db.schema
      .createIndex('communication_participant_by_conversation')
      .on('communication_participant')
      .columns(['store_id', 'conversation_id', 'communication_id'])
      .execute()
    await db.schema
      .createTable('retention')
      .modifyEnd(sql.raw(tableSuffix))
      .addColumn('store_id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('observation_days', 'bigint')
      .addColumn('summary_days', 'bigint')
      .addColumn('version', 'bigint', required)
      .addColumn('next_run_at', 'bigint', required)
      .addColumn('updated_at', 'bigint', required)
      .execute()
    await addParticipants(db as Kysely<Tables>)
  },
}

const PAGE_SIZE = 500

/** Enters who takes part in the communications that are there already. */
async function addParticipants(db: Kysely<Tables>): Promise<void> {
  let after = { store_id: '', conversation_id: '', id: '' }
  for (;;) {
    const rows = await db
      .selectFrom('communication')
      .select(['store_id', 'conversation_id', 'id', 'data'])
      .where((e) =>
        e(
          e.refTuple('store_id', 'conversation_id', 'id'),
          '>',
          e.tuple(after.store_id, after.conversation_id, after.id),
        ),
      )
      .orderBy('store_id')
      .orderBy('conversation_id')
      .orderBy('id')
      .limit(PAGE_SIZE)
      .execute()
    const last = rows.at(-1)
    if (last === undefined) return
    const values = rows.flatMap((row) =>
      participantsOf(row.data).map((one) => [row.store_id, one, row.conversation_id, row.id]),
    )
    const columns = ['store_id', 'participant', 'conversation_id', 'communication_id'] as const
    await runAll(db, insertRows('communication_participant', columns, values))
    after = last
  }
}
