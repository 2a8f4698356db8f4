import type { Database } from '../database.js'
import { insertRows, runAll } from '../statement.js'
import type { Executor, Tables } from '../tables.js'
import { digestTable, type TableDigest } from './digest.js'
import { positionOf, readPages } from './page.js'
import { advanceCopy, type TableProgress } from './state.js'
import { COPIED_TABLES, type CopiedRow, type CopiedTable } from './tables.js'

/** Told of each page: which table, and how many rows more. */
export type OnRows = (table: keyof Tables, rows: number) => void

/** What tables hold, in short. */
export type Digests = ReadonlyMap<keyof Tables, TableDigest>

/** Copies what is not copied yet; each page commits together with its position. */
export async function copyTables(
  source: Executor,
  target: Database,
  progress: ReadonlyMap<CopiedTable, TableProgress>,
  onRows: OnRows,
): Promise<void> {
  for (const table of COPIED_TABLES) {
    const start = progress.get(table) ?? { rows: 0, after: undefined, done: false }
    if (!start.done) await copyTable(source, target, table, start, onRows)
  }
}

async function copyTable(
  source: Executor,
  target: Database,
  table: CopiedTable,
  start: TableProgress,
  onRows: OnRows,
): Promise<void> {
  let { rows, after } = start
  for await (const page of readPages(source, table, after)) {
    const from = rows
    const last = page.at(-1)
    rows += page.length
    after = last && positionOf(table, last)
    const to = { rows, after, done: false }
    await target.transaction(
      async (trx) => {
        await advanceCopy(trx, table, from, to)
        await runAll(trx, insertPage(table, page))
      },
      { background: true },
    )
    onRows(table, page.length)
  }
  await target.transaction((trx) => advanceCopy(trx, table, rows, { rows, after, done: true }), { background: true })
}

function insertPage<T extends CopiedTable>(table: T, page: readonly CopiedRow[]) {
  const columns = Object.keys(page[0] ?? {}) as (keyof Tables[T] & string)[]
  return insertRows(
    table,
    columns,
    page.map((row) => columns.map((column) => row[column] ?? null)),
  )
}

/** Two databases that should hold the same do not. */
export class CopyDiffersError extends Error {
  override readonly name = 'CopyDiffersError'
}

/**
 * Compares what both sides hold, row for row.
 *
 * @param known digests of the source that were computed before
 * @returns the digests of the tables
 * @throws CopyDiffersError naming the tables that differ
 */
export async function compareTables(
  source: Executor,
  target: Executor,
  onRows: OnRows,
  known: Digests = new Map(),
): Promise<Digests> {
  const digests = new Map<keyof Tables, TableDigest>()
  const differences: string[] = []
  for (const table of COPIED_TABLES) {
    const [wanted, found] = await Promise.all([
      known.get(table) ?? digestTable(source, table),
      digestTable(target, table, (rows) => onRows(table, rows)),
    ])
    digests.set(table, wanted)
    if (wanted.rows !== found.rows)
      differences.push(`${table}: ${wanted.rows} rows in the source, ${found.rows} in the copy`)
    else if (wanted.digest !== found.digest) differences.push(`${table}: ${found.rows} rows, but not the same`)
  }
  if (differences.length > 0) {
    throw new CopyDiffersError(
      `the copy is not what the source is (${differences.join('; ')}): nothing may write to either meanwhile; empty the target and begin anew`,
    )
  }
  return digests
}
