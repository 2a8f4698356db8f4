import { addLanesOfFour } from './lanes.as'

/**
 * out[row] = query * rows[row]. Rows are a multiple of 4 and columns a multiple of 8: four rows share each load of the
 * query, and two sums a row keep the additions from waiting for each other.
 */
export function dot(query: usize, rows: usize, out: usize, count: i32, columns: i32): void {
  const rowBytes = columns << 2
  const end = query + rowBytes
  for (let row = 0; row < count; row += 4) {
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let d = f32x4.splat(0)
    let otherA = f32x4.splat(0)
    let otherB = f32x4.splat(0)
    let otherC = f32x4.splat(0)
    let otherD = f32x4.splat(0)
    let rowA = rows
    for (let at = query; at < end; at += 32) {
      const first = v128.load(at)
      const second = v128.load(at, 16)
      const rowB = rowA + rowBytes
      const rowC = rowB + rowBytes
      const rowD = rowC + rowBytes
      a = f32x4.add(a, f32x4.mul(first, v128.load(rowA)))
      otherA = f32x4.add(otherA, f32x4.mul(second, v128.load(rowA, 16)))
      b = f32x4.add(b, f32x4.mul(first, v128.load(rowB)))
      otherB = f32x4.add(otherB, f32x4.mul(second, v128.load(rowB, 16)))
      c = f32x4.add(c, f32x4.mul(first, v128.load(rowC)))
      otherC = f32x4.add(otherC, f32x4.mul(second, v128.load(rowC, 16)))
      d = f32x4.add(d, f32x4.mul(first, v128.load(rowD)))
      otherD = f32x4.add(otherD, f32x4.mul(second, v128.load(rowD, 16)))
      rowA += 32
    }
    const sums = addLanesOfFour(f32x4.add(a, otherA), f32x4.add(b, otherB), f32x4.add(c, otherC), f32x4.add(d, otherD))
    v128.store(out, sums)
    out += 16
    rows += rowBytes << 2
  }
}
