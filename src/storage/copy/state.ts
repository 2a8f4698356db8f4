import { hash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.js'
import { UNFINISHED_COPY } from '../migrate.js'
import { findState } from '../server-state.js'
import type { Executor } from '../tables.js'
import type { Position } from './page.js'
import { ALL_TABLES, COPIED_TABLES, type CopiedTable } from './tables.js'

/** How far a copy has come, kept in its target until it ends. */
interface CopyTables {
  copy_progress: {
    table_name: string
    /** Whose copy it is. */
    source: string
    /** Rows copied. */
    rows: number
    /** Key of the last of them, as JSON. */
    last_key: string | null
    /** 1 when all rows are there. */
    done: number
  }
  schema_migration: { name: string; applied_at: number }
}

export interface TableProgress {
  readonly rows: number
  readonly after: Position | undefined
  readonly done: boolean
}

/** The target cannot take this copy; the message says what to do. */
export class CopyRefusedError extends Error {
  override readonly name = 'CopyRefusedError'
}

function ofCopy(executor: Executor): Kysely<CopyTables> {
  return executor as unknown as Kysely<CopyTables>
}

/**
 * What tells one source from another: the key its server signs with, or when it was made.
 *
 * @param backup id of the backup, when the source is one
 */
export async function identifySource(executor: Executor, backup = ''): Promise<string> {
  const key = await findState(executor, 'signing-key')
  const made = await ofCopy(executor).selectFrom('schema_migration').selectAll().orderBy('name').execute()
  return hash('sha256', JSON.stringify([backup, key ?? made]))
}

/**
 * Marks a migrated database as the target of a copy, unless it is one already.
 *
 * @returns how far each table has come
 * @throws CopyRefusedError when it is not empty, or the copy under way is of another source
 */
export async function beginCopy(
  target: Database,
  source: string,
  now: number,
): Promise<ReadonlyMap<CopiedTable, TableProgress>> {
  return target.transaction(async (trx) => {
    const marker = await ofCopy(trx)
      .selectFrom('schema_migration')
      .select('name')
      .where('name', '=', UNFINISHED_COPY)
      .executeTakeFirst()
    if (marker === undefined) await initialise(trx, source, now)
    const rows = await ofCopy(trx).selectFrom('copy_progress').selectAll().execute()
    if (rows.some((row) => row.source !== source)) {
      throw new CopyRefusedError(
        'the target holds an unfinished copy of something else: run that command again, or give an empty target',
      )
    }
    return new Map(
      rows.map((row) => [
        row.table_name as CopiedTable,
        { rows: row.rows, after: parsePosition(row.last_key), done: row.done === 1 },
      ]),
    )
  })
}

function parsePosition(json: string | null): Position | undefined {
  return json === null ? undefined : (JSON.parse(json) as Position)
}

async function initialise(trx: Executor, source: string, now: number): Promise<void> {
  for (const table of ALL_TABLES) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(trx)
    if (rows.length > 0) {
      throw new CopyRefusedError(`the target is not empty (it has rows in "${table}"): give an empty one`)
    }
  }
  const db = ofCopy(trx)
  await db.schema
    .createTable('copy_progress')
    .addColumn('table_name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('rows', 'bigint', (column) => column.notNull())
    .addColumn('last_key', 'text')
    .addColumn('done', 'bigint', (column) => column.notNull())
    .execute()
  await db
    .insertInto('copy_progress')
    .values(COPIED_TABLES.map((table) => ({ table_name: table, source, rows: 0, last_key: null, done: 0 })))
    .execute()
  await db.insertInto('schema_migration').values({ name: UNFINISHED_COPY, applied_at: now }).execute()
}

/**
 * Moves a table's position, in the transaction that inserts the rows up to it.
 *
 * @throws CopyRefusedError when another process moved it
 */
export async function advanceCopy(
  trx: Executor,
  table: CopiedTable,
  from: number,
  to: { readonly rows: number; readonly after: Position | undefined; readonly done: boolean },
): Promise<void> {
  const { numUpdatedRows } = await ofCopy(trx)
    .updateTable('copy_progress')
    .set({ rows: to.rows, last_key: to.after === undefined ? null : JSON.stringify(to.after), done: to.done ? 1 : 0 })
    .where('table_name', '=', table)
    .where('rows', '=', from)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new CopyRefusedError('another process copies into this target')
}

/** Takes the marks of a copy away: from now on the database may be served. */
export async function endCopy(target: Database): Promise<void> {
  await target.transaction(async (trx) => {
    const db = ofCopy(trx)
    await db.schema.dropTable('copy_progress').execute()
    await db.deleteFrom('schema_migration').where('name', '=', UNFINISHED_COPY).execute()
  })
}
