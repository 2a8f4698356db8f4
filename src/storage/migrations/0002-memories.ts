import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely'
import type { Migration } from './migration.js'

const required = (column: ColumnDefinitionBuilder) => column.notNull()

type CreateTable = (name: string) => ReturnType<Kysely<unknown>['schema']['createTable']>

/** Observations with their revisions, summaries, communications, vectors and the queue of what has none yet. */
export const memories: Migration = {
  name: '0002-memories',
  async up(db, { tableSuffix }) {
    const table = (name: string) => db.schema.createTable(name).modifyEnd(sql.raw(tableSuffix))
    await createObservations(db, table)
    await createSummaries(db, table)
    await createCommunications(db, table)
    await createVectors(db, table)
  },
}

async function createObservations(db: Kysely<unknown>, table: CreateTable): Promise<void> {
  const states = (name: string) =>
    table(name)
      .addColumn('store_id', 'text', required)
      .addColumn('profile_id', 'text', required)
      .addColumn('content', 'text', required)
      .addColumn('source', 'text', required)
      .addColumn('occurred_at', 'bigint', required)
      .addColumn('conversation_ids', 'text', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('updated_at', 'bigint', required)
      .addColumn('change', 'bigint', required)
  await states('observation')
    .addColumn('id', 'text', required)
    .addColumn('origin_profile_id', 'text', required)
    .addPrimaryKeyConstraint('observation_pk', ['store_id', 'profile_id', 'id'])
    .execute()
  await db.schema
    .createIndex('observation_by_change')
    .on('observation')
    .columns(['store_id', 'profile_id', 'change'])
    .execute()
  await states('observation_revision')
    .addColumn('observation_id', 'text', required)
    .addPrimaryKeyConstraint('observation_revision_pk', ['store_id', 'profile_id', 'observation_id', 'change'])
    .execute()
  await table('observation_conversation')
    .addColumn('store_id', 'text', required)
    .addColumn('profile_id', 'text', required)
    .addColumn('conversation_id', 'text', required)
    .addColumn('observation_id', 'text', required)
    .addPrimaryKeyConstraint('observation_conversation_pk', [
      'store_id',
      'profile_id',
      'conversation_id',
      'observation_id',
    ])
    .execute()
}

async function createSummaries(db: Kysely<unknown>, table: CreateTable): Promise<void> {
  await table('summary')
    .addColumn('store_id', 'text', required)
    .addColumn('profile_id', 'text', required)
    .addColumn('id', 'text', required)
    .addColumn('origin_profile_id', 'text', required)
    .addColumn('conversation_id', 'text', required)
    .addColumn('content', 'text', required)
    .addColumn('source', 'text')
    .addColumn('occurred_at', 'bigint', required)
    .addColumn('created_at', 'bigint', required)
    .addColumn('updated_at', 'bigint', required)
    .addColumn('change', 'bigint', required)
    .addPrimaryKeyConstraint('summary_pk', ['store_id', 'profile_id', 'id'])
    .execute()
  await db.schema
    .createIndex('summary_by_conversation')
    .on('summary')
    .columns(['store_id', 'profile_id', 'conversation_id', 'id'])
    .execute()
  await db.schema.createIndex('summary_by_change').on('summary').columns(['store_id', 'profile_id', 'change']).execute()
}

async function createCommunications(db: Kysely<unknown>, table: CreateTable): Promise<void> {
  await table('communication')
    .addColumn('store_id', 'text', required)
    .addColumn('conversation_id', 'text', required)
    .addColumn('id', 'text', required)
    .addColumn('sent_at', 'bigint', required)
    .addColumn('data', 'text', required)
    .addPrimaryKeyConstraint('communication_pk', ['store_id', 'conversation_id', 'id'])
    .execute()
  await db.schema
    .createIndex('communication_by_time')
    .on('communication')
    .columns(['store_id', 'conversation_id', 'sent_at', 'id'])
    .execute()
}

async function createVectors(db: Kysely<unknown>, table: CreateTable): Promise<void> {
  await table('memory_vector')
    .addColumn('store_id', 'text', required)
    .addColumn('profile_id', 'text', required)
    .addColumn('memory_id', 'text', required)
    .addColumn('model', 'text', required)
    .addColumn('chunk', 'bigint', required)
    .addColumn('vector', 'blob', required)
    .addColumn('change', 'bigint', required)
    .addPrimaryKeyConstraint('memory_vector_pk', ['store_id', 'profile_id', 'memory_id', 'model', 'chunk'])
    .execute()
  await db.schema
    .createIndex('memory_vector_by_change')
    .on('memory_vector')
    .columns(['store_id', 'profile_id', 'change'])
    .execute()
  await table('encoding_queue')
    .addColumn('store_id', 'text', required)
    .addColumn('memory_id', 'text', required)
    .addColumn('profile_id', 'text', required)
    .addColumn('kind', 'text', required)
    .addColumn('change', 'bigint', required)
    .addPrimaryKeyConstraint('encoding_queue_pk', ['store_id', 'memory_id'])
    .execute()
}
