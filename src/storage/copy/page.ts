import { sql } from 'kysely'
import type { Executor, Tables } from '../tables.js'
import { type CopiedRow, type CopiedValue, TABLE_KEYS, toCopied } from './tables.js'

/** Key of the last row that was read. */
export type Position = readonly CopiedValue[]

const FIRST_ROWS = 8
const MAX_ROWS = 2000
/** Rows differ much, so pages are measured in bytes, by the rows of the one before. */
const PAGE_BYTES = 2 * 1024 * 1024

/** The rows of a table beyond a position, in the order of its key, as they are in a copy. */
export async function* readPages(
  executor: Executor,
  table: keyof Tables,
  after?: Position,
): AsyncGenerator<readonly CopiedRow[]> {
  let position = after
  for (let limit = FIRST_ROWS; ; ) {
    const rows = await selectRows(executor, table, position, limit)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map((row) => toCopied(table, row))
    if (rows.length < limit) return
    position = positionOf(table, last)
    limit = fittingRows(table, rows)
  }
}

export function positionOf(table: keyof Tables, row: CopiedRow): Position {
  return TABLE_KEYS[table].map((column) => row[column] ?? null)
}

async function selectRows(
  executor: Executor,
  table: keyof Tables,
  after: Position | undefined,
  limit: number,
): Promise<CopiedRow[]> {
  const key = sql.join(TABLE_KEYS[table].map((column) => sql.ref(column)))
  const beyond = after === undefined ? sql`` : sql`where (${key}) > (${sql.join(after)})`
  const query = sql<CopiedRow>`select * from ${sql.table(table)} ${beyond} order by ${key} limit ${limit}`
  return (await query.execute(executor)).rows
}

function fittingRows(table: keyof Tables, rows: readonly CopiedRow[]): number {
  // One payload may be 16 MiB, and the one before say nothing about it.
  if (table === 'job') return FIRST_ROWS
  const bytes = rows.reduce((sum, row) => sum + sizeOf(row), 0)
  const fitting = Math.floor((rows.length * PAGE_BYTES) / Math.max(bytes, 1))
  return Math.max(1, Math.min(fitting, MAX_ROWS, rows.length * FIRST_ROWS))
}

function sizeOf(row: CopiedRow): number {
  let size = 0
  for (const value of Object.values(row))
    size += typeof value === 'object' ? (value?.length ?? 0) : String(value).length
  return size
}

export async function countRows(executor: Executor, table: keyof Tables): Promise<number> {
  const query = sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`
  return Number((await query.execute(executor)).rows[0]?.count ?? 0)
}
