import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Digests, OnRows } from './copy/copy.js'
import { digestTable, type TableDigest } from './copy/digest.js'
import { ALL_TABLES } from './copy/tables.js'
import type { Database } from './database.js'
import type { Executor, Tables } from './tables.js'

/** What a backup says about itself; it is no part of what is restored. */
interface BackupTables {
  backup_digest: { table_name: string; backup_id: string; rows: number; digest: string }
}

function ofBackup(executor: Executor): Kysely<BackupTables> {
  return executor as unknown as Kysely<BackupTables>
}

/**
 * Writes into a backup what each of its tables holds, in short.
 *
 * @param known digests that were computed before
 */
export async function writeDigests(db: Database, onRows: OnRows, known: Digests = new Map()): Promise<void> {
  const backupId = randomBytes(16).toString('hex')
  const rows: BackupTables['backup_digest'][] = []
  for (const table of ALL_TABLES) {
    const digest = known.get(table) ?? (await digestTable(db.read, table, (count) => onRows(table, count)))
    rows.push({ table_name: table, backup_id: backupId, ...digest })
  }
  await db.transaction(async (trx) => {
    await ofBackup(trx)
      .schema.createTable('backup_digest')
      .addColumn('table_name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('backup_id', 'text', (column) => column.notNull())
      .addColumn('rows', 'bigint', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .execute()
    await ofBackup(trx).insertInto('backup_digest').values(rows).execute()
  })
}

/** A backup that was held against its digests. */
export interface CheckedBackup {
  readonly id: string
  /** Tables that are not what they were. */
  readonly damaged: readonly string[]
  readonly digests: Digests
}

/**
 * Holds a backup against its digests.
 *
 * @returns nothing for a file without digests
 */
export async function checkDigests(read: Executor, onRows: OnRows): Promise<CheckedBackup | undefined> {
  const tables = await sql`select 1 from sqlite_master where name = 'backup_digest'`.execute(read)
  if (tables.rows.length === 0) return undefined
  const damaged: string[] = []
  const digests = new Map<keyof Tables, TableDigest>()
  const rows = await ofBackup(read).selectFrom('backup_digest').selectAll().orderBy('table_name').execute()
  for (const row of rows) {
    const table = ALL_TABLES.find((name) => name === row.table_name)
    if (table === undefined) {
      damaged.push(row.table_name)
      continue
    }
    const found = await digestTable(read, table, (count) => onRows(table, count))
    digests.set(table, found)
    if (found.digest !== row.digest) damaged.push(row.table_name)
  }
  return { id: rows[0]?.backup_id ?? '', damaged, digests }
}
