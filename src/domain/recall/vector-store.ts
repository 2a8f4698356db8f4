import { getDotProducts, ROWS_A_BLOCK } from './dot-products.js'

/** Vectors in rows, so that comparing one with all of them is one loop over numbers. */
export interface VectorStore {
  /** Sets the vectors of a slot; those it had are forgotten. */
  set(slot: number, vectors: readonly Float32Array[]): void
  /** Puts the cosine of the slot's nearest vector into `cosines[slot]`, for each slot that has one of this length. */
  findNearest(query: Float32Array, cosines: Float64Array): void
  /** Size in bytes. */
  bytes(): number
}

const FREE = -1
/** Rows are padded to a multiple of so many numbers, as the kernel takes them. */
const PADDING = 8

/** The vectors of one length. Blocks are small: a profile of a few memories wastes little, and growing never copies. */
interface Table {
  readonly stride: number
  readonly blocks: Float32Array[]
  readonly slotOfRow: number[]
  readonly freeRows: number[]
}

/** Vectors of different lengths may meet while a remote model changes behind its name: each length is a table. */
export function createVectorStore(): VectorStore {
  const tables = new Map<number, Table>()
  const rowsOfSlot: ({ table: Table; row: number }[] | undefined)[] = []
  let bytes = 0

  const tableOf = (dimensions: number): Table => {
    const stride = Math.ceil(dimensions / PADDING) * PADDING
    const table = tables.get(dimensions) ?? { stride, blocks: [], slotOfRow: [], freeRows: [] }
    tables.set(dimensions, table)
    return table
  }
  const store = (slot: number, vector: Float32Array) => {
    const table = tableOf(vector.length)
    const row = table.freeRows.pop() ?? table.slotOfRow.length
    const block = Math.floor(row / ROWS_A_BLOCK)
    if (table.blocks[block] === undefined) {
      table.blocks[block] = new Float32Array(ROWS_A_BLOCK * table.stride)
      bytes += ROWS_A_BLOCK * table.stride * Float32Array.BYTES_PER_ELEMENT
    }
    table.blocks[block]?.set(vector, (row % ROWS_A_BLOCK) * table.stride)
    table.slotOfRow[row] = slot
    return { table, row }
  }

  return {
    set(slot, vectors) {
      for (const { table, row } of rowsOfSlot[slot] ?? []) {
        table.slotOfRow[row] = FREE
        table.freeRows.push(row)
      }
      rowsOfSlot[slot] = vectors.length === 0 ? undefined : vectors.map((vector) => store(slot, vector))
    },
    findNearest(query, cosines) {
      const table = tables.get(query.length)
      if (table === undefined) return
      const padded = new Float32Array(table.stride)
      padded.set(query)
      compareAll(padded, table, cosines)
    },
    bytes: () => bytes,
  }
}

function compareAll(query: Float32Array, { blocks, slotOfRow }: Table, cosines: Float64Array): void {
  getDotProducts().forEachBlock(query, blocks, (number, products) => {
    const first = number * ROWS_A_BLOCK
    const rows = Math.min(ROWS_A_BLOCK, slotOfRow.length - first)
    for (let row = 0; row < rows; row += 1) {
      const slot = slotOfRow[first + row] ?? FREE
      const cosine = products[row] ?? 0
      // `!(… >= …)` and not `<`: a slot without a vector yet holds NaN.
      if (slot !== FREE && !((cosines[slot] ?? 0) >= cosine)) cosines[slot] = cosine
    }
  })
}
