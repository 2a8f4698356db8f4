import type { Kysely } from 'kysely'
import type { Database } from './database.js'
import { selectPending } from './migrate.js'
import { MIGRATIONS } from './migrations/index.js'

/** How far a database is. */
export interface SchemaState {
  /** Names of the migrations it lacks. */
  readonly pending: readonly string[]
  /** When the newest one was applied, in milliseconds; nothing when the database is empty. */
  readonly lastMigrationAt: number | undefined
}

/**
 * Looks at the schema of a database and changes nothing.
 *
 * @throws NewerDatabaseError when the database was written by a newer program
 * @throws UnfinishedCopyError when a copy fills the database
 * @throws StorageUnavailableError when the database does not answer
 */
export async function readSchemaState(database: Database): Promise<SchemaState> {
  const tables = await database.read.introspection.getTables()
  if (!tables.some(({ name }) => name === 'schema_migration')) {
    return { pending: MIGRATIONS.map(({ name }) => name), lastMigrationAt: undefined }
  }
  const pending = await selectPending(database.read)
  const db = database.read as unknown as Kysely<{ schema_migration: { name: string; applied_at: number } }>
  const { newest } = await db
    .selectFrom('schema_migration')
    .select(({ fn }) => fn.max('applied_at').as('newest'))
    .executeTakeFirstOrThrow()
  return { pending, lastMigrationAt: newest === null ? undefined : Number(newest) }
}
