import type { Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { findCredential } from '../../src/storage/account.js'
import { selectAccountStores, selectAuditStep } from '../../src/storage/audit.js'
import { migrate } from '../../src/storage/migrate.js'
import { MIGRATIONS } from '../../src/storage/migrations/index.js'
import { newDatabaseEnv, openRows } from '../support/rows.js'

type AnyTables = Record<string, Record<string, unknown>>

const NO_FILTER = { operation: undefined, actor: undefined, subjectId: undefined, fromId: undefined, toId: undefined }

it('lets keys of a version without scopes do what they could, and finds what was recorded before', async () => {
  const db = await openRows(await newDatabaseEnv(), { migrated: false })
  const before = MIGRATIONS.slice(
    0,
    MIGRATIONS.findIndex(({ name }) => name.startsWith('0005')),
  )
  await db.transaction(async (trx) => {
    const rows = trx as unknown as Kysely<AnyTables>
    await trx.schema
      .createTable('schema_migration')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    for (const migration of before) {
      await migration.up(trx as unknown as Kysely<unknown>, db.migrationDialect)
      await rows.insertInto('schema_migration').values({ name: migration.name, applied_at: 1 }).execute()
    }
    await rows
      .insertInto('api_key')
      .values({ sid: 'SK1', account_sid: 'AC1', name: '', secret_hash: 'hash', created_at: 1 })
      .execute()
    const times = { created_at: 1, updated_at: 1 }
    await rows
      .insertInto('store')
      .values({
        id: 's1',
        account_sid: 'AC1',
        display_name: 'x',
        status: 'ACTIVE',
        version: 1,
        schema_version: 1,
        ...times,
      })
      .execute()
    await rows
      .insertInto('event')
      .values({
        store_id: 's1',
        id: 'e1',
        type: 'com.twilio.memory.store.created',
        subject_id: 's1',
        request_id: 'RQ1',
        actor: 'SK1',
        data: '{}',
        created_at: 1,
      })
      .execute()
  })
  expect(await migrate(db, 2)).toContain('0005-access-and-audit')
  expect(await findCredential(db.read, 'SK1')).toEqual({
    accountSid: 'AC1',
    hash: 'hash',
    scope: 'admin',
    stores: undefined,
  })
  expect(await selectAccountStores(db.read, 'AC1')).toEqual(['s1'])
  const { rows } = await selectAuditStep(db.read, 's1', NO_FILTER, { limit: 10, order: 'asc' })
  expect(rows).toMatchObject([{ id: 'e1', actor: 'SK1', operation: '', clientAddress: '' }])
})
