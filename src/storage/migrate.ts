import type { Kysely } from 'kysely'
import type { Database } from './database.js'
import { MIGRATIONS } from './migrations/index.js'
import type { Executor } from './tables.js'

interface AppliedTable {
  schema_migration: { name: string; applied_at: number }
}

/** The database has migrations that this program does not know: it was written by a newer one. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError'

  constructor(readonly migration: string) {
    super(`the database is newer than this program (it has ${migration}): run the newer version of Recollect`)
  }
}

/** The database is the target of a copy or a restore that has not ended. */
export class UnfinishedCopyError extends Error {
  override readonly name = 'UnfinishedCopyError'

  constructor() {
    super(
      'the database is a copy or a restore that has not ended: run the same command again, or begin with an empty one',
    )
  }
}

/** Stands among the migrations while a copy fills the database, so that no version of the program uses it as it is. */
export const UNFINISHED_COPY = 'unfinished-copy'

/** A row of its own that a starter holds while it looks and migrates. */
const LOCK = 'lock'

/**
 * Brings the schema up to this program's, in one transaction: two starters may race, one finds nothing to do.
 *
 * @returns names of the migrations applied now
 * @throws NewerDatabaseError when the database was written by a newer program
 * @throws UnfinishedCopyError when a copy fills the database, unless it is the copy that asks
 */
export async function migrate(
  database: Database,
  now: number,
  { unfinishedCopy = 'refuse' }: { unfinishedCopy?: 'refuse' | 'accept' } = {},
): Promise<string[]> {
  return database.transaction(async (trx) => {
    const db = trx as unknown as Kysely<AppliedTable>
    await db.schema
      .createTable('schema_migration')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    await takeLock(db, now)
    const applied = await selectApplied(db)
    const isUnfinished = applied.delete(UNFINISHED_COPY)
    refuseUnknown(applied)
    if (isUnfinished && unfinishedCopy === 'refuse') throw new UnfinishedCopyError()
    const pending = MIGRATIONS.filter((migration) => !applied.has(migration.name))
    for (const migration of pending) {
      await migration.up(trx as unknown as Kysely<unknown>, database.migrationDialect)
      await db.insertInto('schema_migration').values({ name: migration.name, applied_at: now }).execute()
    }
    if (pending.length > 0) await database.migrationDialect.finish(trx as unknown as Kysely<unknown>)
    return pending.map((migration) => migration.name)
  })
}

async function takeLock(db: Kysely<AppliedTable>, now: number): Promise<void> {
  await db
    .insertInto('schema_migration')
    .values({ name: LOCK, applied_at: now })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  await db.selectFrom('schema_migration').select('name').where('name', '=', LOCK).forUpdate().execute()
}

async function selectApplied(db: Kysely<AppliedTable>): Promise<Set<string>> {
  const rows = await db.selectFrom('schema_migration').select('name').where('name', '<>', LOCK).execute()
  return new Set(rows.map((row) => row.name))
}

function refuseUnknown(applied: ReadonlySet<string>): void {
  const known = new Set(MIGRATIONS.map((migration) => migration.name))
  for (const name of applied) if (!known.has(name)) throw new NewerDatabaseError(name)
}

/**
 * Names of the migrations that a database lacks.
 *
 * @throws NewerDatabaseError when the database was written by a newer program
 * @throws UnfinishedCopyError when a copy fills the database
 */
export async function selectPending(executor: Executor): Promise<string[]> {
  const applied = await selectApplied(executor as unknown as Kysely<AppliedTable>)
  if (applied.delete(UNFINISHED_COPY)) throw new UnfinishedCopyError()
  refuseUnknown(applied)
  return MIGRATIONS.map((migration) => migration.name).filter((name) => !applied.has(name))
}

/**
 * Whether the schema is this program's, for readiness.
 *
 * @throws StorageUnavailableError when the database does not answer
 */
export async function isMigrated(database: Database): Promise<boolean> {
  const applied = await selectApplied(database.read as unknown as Kysely<AppliedTable>)
  return applied.size === MIGRATIONS.length
}
