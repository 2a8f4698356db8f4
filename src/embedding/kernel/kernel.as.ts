// AssemblyScript: the arithmetic of the sentence encoder in 128-bit SIMD. `npm run kernel` compiles it into kernel-wasm.ts.
// All parameters of type usize are addresses; matrices are row-major f32 unless said otherwise. Nothing is allocated here.

/** 11 bits on both sides of a product: then 1536 products of int16 fit an int32 (1023 * 1023 * 1536 < 2^31). */
const LARGEST: f32 = 1023

const TOKEN_WIDTH: i32 = 256
const HEADS: i32 = 4

/** What `multiply` does with its result; kernel.ts has the same numbers. */
const RELU: i32 = 1
const ADD: i32 = 2

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

/**
 * Self-attention: out = softmax(scale * q * kT) * v for each of the heads. A row of qkv is [q | k | v], each `columns`
 * wide. `weights` has room for one row of weights. qkv must be readable up to a multiple of 4 rows.
 */
export function attend(qkv: usize, weights: usize, out: usize, rows: i32, columns: i32, scale: f32): void {
  const stride = (columns * 3) << 2
  const headBytes = (columns / HEADS) << 2
  for (let head = 0; head < HEADS; head++) {
    const query = qkv + head * headBytes
    const key = query + (columns << 2)
    const value = key + (columns << 2)
    for (let row = 0; row < rows; row++) {
      scoreKeys(query + row * stride, key, stride, weights, rows, headBytes, scale)
      const sum = exponentiate(weights, rows)
      mixValues(weights, value, stride, out + ((row * columns) << 2) + head * headBytes, rows, headBytes, 1 / sum)
    }
  }
}

/** scores[i] = scale * query · key i, four keys at a time; the places up to the next multiple of 4 become very small. */
function scoreKeys(query: usize, key: usize, stride: i32, scores: usize, rows: i32, headBytes: i32, scale: f32): void {
  const factor = f32x4.splat(scale)
  for (let row = 0; row < rows; row += 4) {
    let sum0 = f32x4.splat(0)
    let sum1 = sum0
    let sum2 = sum0
    let sum3 = sum0
    for (let offset = 0; offset < headBytes; offset += 16) {
      const q = v128.load(query + offset)
      const k = key + offset
      sum0 = f32x4.add(sum0, f32x4.mul(q, v128.load(k)))
      sum1 = f32x4.add(sum1, f32x4.mul(q, v128.load(k + stride)))
      sum2 = f32x4.add(sum2, f32x4.mul(q, v128.load(k + stride * 2)))
      sum3 = f32x4.add(sum3, f32x4.mul(q, v128.load(k + stride * 3)))
    }
    v128.store(scores + (row << 2), f32x4.mul(addLanesOfFour(sum0, sum1, sum2, sum3), factor))
    key += stride << 2
  }
  for (let row = rows; (row & 3) !== 0; row++) store<f32>(scores + (row << 2), -1e30)
}

/** Scores become exp(score - highest score); returns their sum. */
function exponentiate(scores: usize, rows: i32): f32 {
  const end = scores + (rows << 2)
  let highest = f32x4.splat(-1e30)
  for (let at = scores; at < end; at += 16) highest = f32x4.max(highest, v128.load(at))
  const top = f32x4.splat(maxOfLanes(highest))
  let sum = f32x4.splat(0)
  for (let at = scores; at < end; at += 16) {
    const value = exp(f32x4.sub(v128.load(at), top))
    v128.store(at, value)
    sum = f32x4.add(sum, value)
  }
  return addLanes(sum)
}

/** out = factor * sum over the rows of weight * value, 16 columns at a time. */
function mixValues(
  weights: usize,
  value: usize,
  stride: i32,
  out: usize,
  rows: i32,
  headBytes: i32,
  factor: f32,
): void {
  const factors = f32x4.splat(factor)
  const end = weights + (rows << 2)
  for (let offset = 0; offset < headBytes; offset += 64) {
    let sum0 = f32x4.splat(0)
    let sum1 = sum0
    let sum2 = sum0
    let sum3 = sum0
    let v = value + offset
    for (let at = weights; at < end; at += 4) {
      const weight = v128.load32_splat(at)
      sum0 = f32x4.add(sum0, f32x4.mul(weight, v128.load(v)))
      sum1 = f32x4.add(sum1, f32x4.mul(weight, v128.load(v, 16)))
      sum2 = f32x4.add(sum2, f32x4.mul(weight, v128.load(v, 32)))
      sum3 = f32x4.add(sum3, f32x4.mul(weight, v128.load(v, 48)))
      v += stride
    }
    const target = out + offset
    v128.store(target, f32x4.mul(sum0, factors))
    v128.store(target, f32x4.mul(sum1, factors), 16)
    v128.store(target, f32x4.mul(sum2, factors), 32)
    v128.store(target, f32x4.mul(sum3, factors), 48)
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

/** exp of four numbers ≤ 0 to some 1e-7: 2^n * e^r with |r| ≤ ln 2 / 2, e^r by the polynomial of Cephes' expf. */
function exp(x: v128): v128 {
  const limited = f32x4.max(x, f32x4.splat(-87))
  const n = f32x4.nearest(f32x4.mul(limited, f32x4.splat(Mathf.LOG2E)))
  // ln 2 in two parts, the first of few bits, so that n * part is exact.
  let r = f32x4.sub(limited, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)))
  let p = f32x4.splat(1.98756915e-4)
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1))
  p = f32x4.add(f32x4.mul(f32x4.mul(p, r), r), f32x4.add(r, f32x4.splat(1)))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, power)
}

function addLanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)
}

/** Lane i of the answer is the sum of the lanes of the i-th vector. */
function addLanesOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7))
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
}

function maxOfLanes(x: v128): f32 {
  const low = max<f32>(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1))
  return max<f32>(low, max<f32>(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)))
}
