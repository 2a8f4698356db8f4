import { hash } from 'node:crypto'
import type { Executor, Tables } from '../tables.js'
import { readPages } from './page.js'
import type { CopiedRow, CopiedValue } from './tables.js'

/** What a table holds, in short. */
export interface TableDigest {
  readonly rows: number
  /** Hexadecimal. */
  readonly digest: string
}

const MODULUS = 1n << 256n

/**
 * The sum of the SHA-256 of all rows. A sum, because the engines do not order all texts alike: one of them writes
 * U+0000 in other characters.
 *
 * @param onRows told how many rows were read
 */
export async function digestTable(
  executor: Executor,
  table: keyof Tables,
  onRows: (count: number) => void = () => undefined,
): Promise<TableDigest> {
  let rows = 0
  let sum = 0n
  for await (const page of readPages(executor, table)) {
    for (const row of page) sum += digestRow(row)
    rows += page.length
    onRows(page.length)
  }
  return { rows, digest: (sum % MODULUS).toString(16).padStart(64, '0') }
}

function digestRow(row: CopiedRow): bigint {
  // By name, because engines may keep columns in the order they were added.
  const columns = Object.keys(row).sort()
  return BigInt(`0x${hash('sha256', JSON.stringify(columns.map((column) => [column, toJson(row[column] ?? null)])))}`)
}

function toJson(value: CopiedValue): unknown {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value
}
