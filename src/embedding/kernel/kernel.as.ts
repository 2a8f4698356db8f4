// AssemblyScript: the arithmetic of the sentence encoder and of comparing its vectors in 128-bit SIMD. `npm run kernel` compiles it into kernel-wasm.ts.
// All parameters of type usize are addresses; matrices are row-major f32 unless said otherwise. Nothing is allocated here.

import { addLanes } from './lanes.as'

export { attend } from './attend.as'
export { dot } from './dot.as'
export { multiply, quantize } from './multiply.as'

const TOKEN_WIDTH: i32 = 256

/** out[p] = 2 * table[ids[p]] + positions[p]. The graph adds an embedding once itself and once in its timing layer. */
export function embed(ids: usize, table: usize, positions: usize, out: usize, rows: i32): void {
  const rowBytes = TOKEN_WIDTH << 2
  for (let row = 0; row < rows; row++) {
    const token = table + load<i32>(ids + (row << 2)) * rowBytes
    for (let offset = 0; offset < rowBytes; offset += 16) {
      const value = v128.load(token + offset)
      v128.store(out + offset, f32x4.add(f32x4.add(value, value), v128.load(positions + offset)))
    }
    positions += rowBytes
    out += rowBytes
  }
}

/** Layer norm of each row: mean 0, population variance 1, then scale and bias of each column. */
export function normalize(x: usize, scale: usize, bias: usize, out: usize, rows: i32, columns: i32): void {
  const rowBytes = columns << 2
  for (let row = 0; row < rows; row++) {
    let sum = f32x4.splat(0)
    for (let offset = 0; offset < rowBytes; offset += 16) sum = f32x4.add(sum, v128.load(x + offset))
    const mean = f32x4.splat(addLanes(sum) / <f32>columns)
    let squares = f32x4.splat(0)
    for (let offset = 0; offset < rowBytes; offset += 16) {
      const distance = f32x4.sub(v128.load(x + offset), mean)
      squares = f32x4.add(squares, f32x4.mul(distance, distance))
    }
    const factor = f32x4.splat(1 / sqrt<f32>(addLanes(squares) / <f32>columns + 1e-6))
    for (let offset = 0; offset < rowBytes; offset += 16) {
      const value = f32x4.mul(f32x4.sub(v128.load(x + offset), mean), factor)
      v128.store(out + offset, f32x4.add(f32x4.mul(value, v128.load(scale + offset)), v128.load(bias + offset)))
    }
    x += rowBytes
    out += rowBytes
  }
}

/** The mean of the rows. */
export function average(x: usize, out: usize, rows: i32, columns: i32): void {
  const rowBytes = columns << 2
  const factor = f32x4.splat(1 / <f32>rows)
  for (let offset = 0; offset < rowBytes; offset += 16) {
    let sum = f32x4.splat(0)
    for (let row = 0; row < rows; row++) sum = f32x4.add(sum, v128.load(x + row * rowBytes + offset))
    v128.store(out + offset, f32x4.mul(sum, factor))
  }
}
