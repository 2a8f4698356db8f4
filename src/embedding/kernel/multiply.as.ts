import { maxOfLanes } from './lanes.as'

/** 11 bits on both sides of a product: then 1536 products of int16 fit an int32 (1023 * 1023 * 1536 < 2^31). */
const LARGEST: f32 = 1023

/** What `multiply` does with its result; kernel.ts has the same numbers. */
const RELU: i32 = 1
const ADD: i32 = 2

/** Rows of f32 to int16 in -1023…1023, with the scale that brings each row back. The columns are a multiple of 8. */
export function quantize(x: usize, out: usize, scales: usize, rows: i32, columns: i32): void {
  const rowBytes = columns << 2
  for (let row = 0; row < rows; row++) {
    let largest = f32x4.splat(1e-12)
    for (let offset = 0; offset < rowBytes; offset += 16) largest = f32x4.max(largest, f32x4.abs(v128.load(x + offset)))
    const peak = maxOfLanes(largest)
    store<f32>(scales + (row << 2), peak / LARGEST)
    const factor = f32x4.splat(LARGEST / peak)
    for (let offset = 0; offset < rowBytes; offset += 32) {
      const low = f32x4.nearest(f32x4.mul(v128.load(x + offset), factor))
      const high = f32x4.nearest(f32x4.mul(v128.load(x + offset, 16), factor))
      const narrow = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(high))
      v128.store(out + (offset >> 1), narrow)
    }
    x += rowBytes
    out += rowBytes >> 1
  }
}

/**
 * out = a * b + bias, with `mode` relu'd or added to what is there. a is int16 [rows][inner] with a scale for each row;
 * b is int16 in panels of 8 columns, [columns / 8][inner / 2][8][2], with a scale for each column.
 */
export function multiply(
  a: usize,
  rowScales: usize,
  b: usize,
  columnScales: usize,
  bias: usize,
  out: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  mode: i32,
): void {
  const rowBytes = inner << 1
  const outBytes = columns << 2
  for (let column = 0; column < columns; column += 8) {
    const factors = columnScales + (column << 2)
    const shift = bias + (column << 2)
    const target = out + (column << 2)
    let row = 0
    for (; row + 4 <= rows; row += 4) {
      const scales = rowScales + (row << 2)
      fourRows(a + row * rowBytes, b, rowBytes, scales, factors, shift, target + row * outBytes, outBytes, mode)
    }
    for (; row < rows; row++) {
      const scales = rowScales + (row << 2)
      oneRow(a + row * rowBytes, b, rowBytes, scales, factors, shift, target + row * outBytes, mode)
    }
    b += rowBytes << 3
  }
}

/** Four rows of a times one panel of b. Eight sums and two vectors of b fill the registers of x86. */
function fourRows(
  a: usize,
  b: usize,
  rowBytes: i32,
  rowScales: usize,
  columnScales: usize,
  bias: usize,
  out: usize,
  outBytes: i32,
  mode: i32,
): void {
  let sum00 = i32x4.splat(0)
  let sum01 = sum00
  let sum10 = sum00
  let sum11 = sum00
  let sum20 = sum00
  let sum21 = sum00
  let sum30 = sum00
  let sum31 = sum00
  const end = a + rowBytes
  for (; a < end; a += 4) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let pair = v128.load32_splat(a)
    sum00 = i32x4.add(sum00, i32x4.dot_i16x8_s(pair, b0))
    sum01 = i32x4.add(sum01, i32x4.dot_i16x8_s(pair, b1))
    pair = v128.load32_splat(a + rowBytes)
    sum10 = i32x4.add(sum10, i32x4.dot_i16x8_s(pair, b0))
    sum11 = i32x4.add(sum11, i32x4.dot_i16x8_s(pair, b1))
    pair = v128.load32_splat(a + rowBytes * 2)
    sum20 = i32x4.add(sum20, i32x4.dot_i16x8_s(pair, b0))
    sum21 = i32x4.add(sum21, i32x4.dot_i16x8_s(pair, b1))
    pair = v128.load32_splat(a + rowBytes * 3)
    sum30 = i32x4.add(sum30, i32x4.dot_i16x8_s(pair, b0))
    sum31 = i32x4.add(sum31, i32x4.dot_i16x8_s(pair, b1))
    b += 32
  }
  finish(sum00, sum01, rowScales, columnScales, bias, out, mode)
  finish(sum10, sum11, rowScales + 4, columnScales, bias, out + outBytes, mode)
  finish(sum20, sum21, rowScales + 8, columnScales, bias, out + outBytes * 2, mode)
  finish(sum30, sum31, rowScales + 12, columnScales, bias, out + outBytes * 3, mode)
}

function oneRow(
  a: usize,
  b: usize,
  rowBytes: i32,
  rowScale: usize,
  columnScales: usize,
  bias: usize,
  out: usize,
  mode: i32,
): void {
  let sum0 = i32x4.splat(0)
  let sum1 = sum0
  const end = a + rowBytes
  for (; a < end; a += 4) {
    const pair = v128.load32_splat(a)
    sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(pair, v128.load(b)))
    sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(pair, v128.load(b, 16)))
    b += 32
  }
  finish(sum0, sum1, rowScale, columnScales, bias, out, mode)
}

/** Eight int32 sums of one row back to f32, with bias, stored the way `mode` says. */
function finish(
  sum0: v128,
  sum1: v128,
  rowScale: usize,
  columnScales: usize,
  bias: usize,
  out: usize,
  mode: i32,
): void {
  const scale = v128.load32_splat(rowScale)
  let low = f32x4.mul(f32x4.convert_i32x4_s(sum0), f32x4.mul(scale, v128.load(columnScales)))
  let high = f32x4.mul(f32x4.convert_i32x4_s(sum1), f32x4.mul(scale, v128.load(columnScales, 16)))
  low = f32x4.add(low, v128.load(bias))
  high = f32x4.add(high, v128.load(bias, 16))
  if (mode === RELU) {
    low = f32x4.max(low, f32x4.splat(0))
    high = f32x4.max(high, f32x4.splat(0))
  } else if (mode === ADD) {
    low = f32x4.add(low, v128.load(out))
    high = f32x4.add(high, v128.load(out, 16))
  }
  v128.store(out, low)
  v128.store(out, high, 16)
}
