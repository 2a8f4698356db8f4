/** Vectors in rows, so that comparing one with all of them is one loop over numbers. */
export interface VectorStore {
  /** Sets the vectors of a slot; those it had are forgotten. */
  set(slot: number, vectors: readonly Float32Array[]): void
  /** Puts the cosine of the slot's nearest vector into `cosines[slot]`, for each slot that has one of this length. */
  findNearest(query: Float32Array, cosines: Float64Array): void
  /** Size in bytes. */
  bytes(): number
}

/** Small enough that a profile of a few memories wastes little, and growing never copies. */
const ROWS_A_BLOCK = 16
const FREE = -1

/** The vectors of one length. */
interface Table {
  readonly blocks: Float32Array[]
  readonly slotOfRow: number[]
  readonly freeRows: number[]
}

/** Vectors of different lengths may meet while a remote model changes behind its name: each length is a table. */
export function createVectorStore(): VectorStore {
  const tables = new Map<number, Table>()
  const rowsOfSlot = new Map<number, { table: Table; row: number }[]>()
  let bytes = 0

  const tableOf = (dimensions: number): Table => {
    const table = tables.get(dimensions) ?? { blocks: [], slotOfRow: [], freeRows: [] }
    tables.set(dimensions, table)
    return table
  }
  const store = (slot: number, vector: Float32Array) => {
    const table = tableOf(vector.length)
    const row = table.freeRows.pop() ?? table.slotOfRow.length
    const block = Math.floor(row / ROWS_A_BLOCK)
    if (table.blocks[block] === undefined) {
      table.blocks[block] = new Float32Array(ROWS_A_BLOCK * vector.length)
      bytes += ROWS_A_BLOCK * vector.byteLength
    }
    table.blocks[block]?.set(vector, (row % ROWS_A_BLOCK) * vector.length)
    table.slotOfRow[row] = slot
    return { table, row }
  }

  return {
    set(slot, vectors) {
      for (const { table, row } of rowsOfSlot.get(slot) ?? []) {
        table.slotOfRow[row] = FREE
        table.freeRows.push(row)
      }
      if (vectors.length === 0) rowsOfSlot.delete(slot)
      else
        rowsOfSlot.set(
          slot,
          vectors.map((vector) => store(slot, vector)),
        )
    },
    findNearest(query, cosines) {
      const table = tables.get(query.length)
      // Doubles, so that the loop converts one side only.
      if (table !== undefined) compareAll(Float64Array.from(query), table, cosines)
    },
    bytes: () => bytes,
  }
}

function compareAll(query: Float64Array, { blocks, slotOfRow }: Table, cosines: Float64Array): void {
  blocks.forEach((block, number) => {
    const first = number * ROWS_A_BLOCK
    const rows = Math.min(ROWS_A_BLOCK, slotOfRow.length - first)
    for (let row = 0; row < rows; row += 1) {
      const slot = slotOfRow[first + row] ?? FREE
      if (slot === FREE) continue
      const cosine = dot(query, block, row * query.length)
      // Not `Math.max`: a slot without a vector yet holds NaN.
      if (!((cosines[slot] ?? 0) >= cosine)) cosines[slot] = cosine
    }
  })
}

/** Four sums side by side, because one would wait for itself. */
function dot(query: Float64Array, block: Float32Array, start: number): number {
  const whole = query.length & ~3
  let sum0 = 0
  let sum1 = 0
  let sum2 = 0
  let sum3 = 0
  for (let at = 0; at < whole; at += 4) {
    sum0 += (query[at] ?? 0) * (block[start + at] ?? 0)
    sum1 += (query[at + 1] ?? 0) * (block[start + at + 1] ?? 0)
    sum2 += (query[at + 2] ?? 0) * (block[start + at + 2] ?? 0)
    sum3 += (query[at + 3] ?? 0) * (block[start + at + 3] ?? 0)
  }
  for (let at = whole; at < query.length; at += 1) sum0 += (query[at] ?? 0) * (block[start + at] ?? 0)
  return sum0 + sum1 + sum2 + sum3
}
