/** The largest number on both sides of a product; see the kernel for why 11 bits. */
const LARGEST = 1023
/** A column of such numbers is one of zeros; the scale must be one that can be divided by. */
const NOTHING = 1e-30
/** Columns of a panel: what the kernel works on at a time. */
const PANEL_COLUMNS = 8

/** A matrix of weights as the kernel wants it. */
export interface QuantizedMatrix {
  readonly inner: number
  readonly columns: number
  /** int16 in panels: [columns / 8][inner / 2][8][2]. */
  readonly values: Int16Array
  /** What brings the numbers of each column back. */
  readonly scales: Float32Array
}

/**
 * Rounds a row-major matrix [inner][columns] to int16 with one scale a column.
 *
 * @throws Error unless inner is even and columns are a multiple of 8
 */
export function quantizeMatrix(weights: Float32Array, inner: number, columns: number): QuantizedMatrix {
  if (inner % 2 !== 0 || columns % PANEL_COLUMNS !== 0 || weights.length !== inner * columns) {
    throw new Error(`a matrix of ${weights.length} numbers does not fit ${inner} × ${columns}`)
  }
  const scales = scaleColumns(weights, columns)
  const values = new Int16Array(weights.length)
  for (let row = 0; row < inner; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const value = (weights[row * columns + column] ?? 0) / (scales[column] ?? 1)
      values[placeInPanels(row, column, inner)] = Math.round(value)
    }
  }
  return { inner, columns, values, scales }
}

function scaleColumns(weights: Float32Array, columns: number): Float32Array {
  const scales = new Float32Array(columns)
  for (let at = 0; at < weights.length; at += 1) {
    const column = at % columns
    scales[column] = Math.max(scales[column] ?? 0, Math.abs(weights[at] ?? 0))
  }
  return scales.map((largest) => (largest < NOTHING ? 1 : largest / LARGEST))
}

/** Where a number of the matrix stands in the panels. */
export function placeInPanels(row: number, column: number, inner: number): number {
  const panel = Math.floor(column / PANEL_COLUMNS) * PANEL_COLUMNS * inner
  const pair = Math.floor(row / 2) * PANEL_COLUMNS * 2
  return panel + pair + (column % PANEL_COLUMNS) * 2 + (row % 2)
}
