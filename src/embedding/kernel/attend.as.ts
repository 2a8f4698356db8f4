import { addLanes, addLanesOfFour, maxOfLanes } from './lanes.as'

const HEADS: i32 = 4

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
