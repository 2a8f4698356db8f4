import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { compileKernel } from '../../scripts/build-kernel.js'
import { ADD, instantiateKernel, type Kernel, RELU, STORE } from '../../src/embedding/kernel/kernel.js'
import { quantizeMatrix } from '../../src/embedding/quantize.js'

let kernel: Kernel

beforeEach(async () => {
  kernel = await instantiateKernel()
})

/** Numbers between -1 and 1 that are the same each time. */
function makeNumbers(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, at) => Math.sin((at + 1) * (seed + 0.37) * 12.9898))
}

function allocate(length: number): number {
  return kernel.memory.allocate(length * Float32Array.BYTES_PER_ELEMENT)
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const differences = Array.from(actual, (value, at) => Math.abs(value - expected[at]!))
  expect(actual.length).toBe(expected.length)
  expect(Math.max(...differences)).toBeLessThan(tolerance)
}

it('is compiled from the source as it is', async () => {
  const committed = await readFile(new URL('../../src/embedding/kernel/kernel-wasm.ts', import.meta.url), 'utf8')
  expect(await compileKernel()).toBe(committed)
}, 60_000)

describe('multiply', () => {
  /** Products of int16 by the kernel and in plain numbers; rows 1 to 9 take both its ways. */
  function multiply(rows: number, inner: number, columns: number, mode: typeof STORE | typeof RELU | typeof ADD) {
    const [x, weights, bias] = [makeNumbers(rows * inner, 1), makeNumbers(inner * columns, 2), makeNumbers(columns, 3)]
    const start = makeNumbers(rows * columns, 4)
    const matrix = quantizeMatrix(weights, inner, columns)
    const [values, scales] = [kernel.memory.place(matrix.values), kernel.memory.place(matrix.scales)]
    const [input, shift, out] = [kernel.memory.place(x), kernel.memory.place(bias), kernel.memory.place(start)]
    const [quantized, rowScales] = [allocate(rows * inner), allocate(rows)]
    kernel.quantize(input, quantized, rowScales, rows, inner)
    kernel.multiply(quantized, rowScales, values, scales, shift, out, rows, inner, columns, mode)
    const expected = start.map((before, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns]
      let sum = bias[column]!
      for (let k = 0; k < inner; k += 1) sum += x[row * inner + k]! * weights[k * columns + column]!
      if (mode === RELU) return Math.max(0, sum)
      return mode === ADD ? before + sum : sum
    })
    return { actual: kernel.memory.floats(out, rows * columns), expected }
  }

  it('multiplies matrices of any number of rows', () => {
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.integer({ min: 1, max: 9 }),
          inner: fc.integer({ min: 1, max: 8 }).map((eighths) => eighths * 8),
          columns: fc.integer({ min: 1, max: 4 }).map((panels) => panels * 8),
          mode: fc.constantFrom(STORE, RELU, ADD),
        }),
        ({ rows, inner, columns, mode }) => {
          const { actual, expected } = multiply(rows, inner, columns, mode)
          expectClose(actual, expected, 0.02)
        },
      ),
    )
  })

  it('has room for the longest sum of the largest numbers', () => {
    const inner = 1536
    const ones = new Float32Array(inner * 8).fill(1)
    const matrix = quantizeMatrix(ones, inner, 8)
    const [values, scales] = [kernel.memory.place(matrix.values), kernel.memory.place(matrix.scales)]
    const input = kernel.memory.place(ones.subarray(0, inner * 4))
    const [bias, out, quantized, rowScales] = [allocate(8), allocate(32), allocate(inner * 4), allocate(4)]
    kernel.quantize(input, quantized, rowScales, 4, inner)
    kernel.multiply(quantized, rowScales, values, scales, bias, out, 4, inner, 8, STORE)
    expectClose(kernel.memory.floats(out, 32), new Float32Array(32).fill(inner), 0.01)
  })
})

describe('attend', () => {
  const COLUMNS = 256
  const HEADS = 4

  function attendPlainly(qkv: Float32Array, rows: number, scale: number): Float32Array {
    const size = COLUMNS / HEADS
    const at = (row: number, part: number, column: number) => qkv[row * COLUMNS * 3 + part * COLUMNS + column]!
    const out = new Float32Array(rows * COLUMNS)
    for (let place = 0; place < rows * HEADS; place += 1) {
      const [row, head] = [Math.floor(place / HEADS), (place % HEADS) * size]
      const scores = Array.from({ length: rows }, (_, other) => {
        let sum = 0
        for (let k = head; k < head + size; k += 1) sum += at(row, 0, k) * at(other, 1, k)
        return Math.exp(sum * scale)
      })
      const total = scores.reduce((sum, score) => sum + score, 0)
      for (let column = head; column < head + size; column += 1) {
        const mixed = scores.reduce((sum, score, other) => sum + (score / total) * at(other, 2, column), 0)
        out[row * COLUMNS + column] = mixed
      }
    }
    return out
  }

  it.each([1, 2, 3, 4, 5, 13, 128])('mixes the values of %i rows', (rows) => {
    const numbers = makeNumbers(128 * COLUMNS * 3, 5)
    const qkv = kernel.memory.place(numbers)
    const [weights, out] = [allocate(128), allocate(rows * COLUMNS)]
    kernel.attend(qkv, weights, out, rows, COLUMNS, 0.5)
    expectClose(kernel.memory.floats(out, rows * COLUMNS), attendPlainly(numbers, rows, 0.5), 1e-4)
  })

  it('gives everything to one row that is far ahead, and overflows nowhere', () => {
    const numbers = makeNumbers(4 * COLUMNS * 3, 6).map((value) => value * 100)
    const qkv = kernel.memory.place(numbers)
    const [weights, out] = [allocate(128), allocate(3 * COLUMNS)]
    kernel.attend(qkv, weights, out, 3, COLUMNS, 10)
    const found = kernel.memory.floats(out, 3 * COLUMNS)
    const values = new Set(
      [0, 1, 2].flatMap((row) => Array.from(numbers.subarray((row * 3 + 2) * COLUMNS, (row * 3 + 3) * COLUMNS))),
    )
    expect(Array.from(found).every((value) => values.has(value))).toBe(true)
  })
})

describe('normalize, embed and average', () => {
  it('brings rows to mean 0 and variance 1 before scale and bias', () => {
    const [rows, columns] = [3, 64]
    const numbers = makeNumbers(rows * columns, 7).map((value, at) => value * 5 + at)
    const [scale, bias] = [new Float32Array(columns).fill(2), new Float32Array(columns).fill(0.5)]
    const out = allocate(rows * columns)
    const [x, factors, shift] = [kernel.memory.place(numbers), kernel.memory.place(scale), kernel.memory.place(bias)]
    kernel.normalize(x, factors, shift, out, rows, columns)
    for (let row = 0; row < rows; row += 1) {
      const values = Array.from(kernel.memory.floats(out + row * columns * 4, columns))
      const mean = values.reduce((sum, value) => sum + value, 0) / columns
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns
      expect(mean).toBeCloseTo(0.5, 4)
      expect(variance).toBeCloseTo(4, 3)
    }
  })

  it('adds twice the embedding of each token to its position', () => {
    const [table, positions] = [makeNumbers(5 * 256, 8), makeNumbers(3 * 256, 9)]
    const [tableAt, positionsAt] = [kernel.memory.place(table), kernel.memory.place(positions)]
    const [ids, out] = [allocate(3), allocate(3 * 256)]
    kernel.memory.integers(ids, 3).set([4, 0, 4])
    kernel.embed(ids, tableAt, positionsAt, out, 3)
    const expected = positions.map(
      (value, at) => value + 2 * table[[4, 0, 4][Math.floor(at / 256)]! * 256 + (at % 256)]!,
    )
    expectClose(kernel.memory.floats(out, 3 * 256), expected, 1e-6)
  })

  it('averages the rows', () => {
    const x = kernel.memory.place(Float32Array.of(1, 2, 3, 4, 3, 4, 5, 9))
    const out = allocate(4)
    kernel.average(x, out, 2, 4)
    expect(Array.from(kernel.memory.floats(out, 4))).toEqual([2, 3, 4, 6.5])
  })
})

it('compares a vector with rows of any number and length', () => {
  for (const [count, columns] of [
    [4, 8],
    [16, 24],
    [16, 512],
  ] as const) {
    const [query, rows] = [makeNumbers(columns, 5), makeNumbers(count * columns, 6)]
    const out = allocate(count)
    kernel.dot(kernel.memory.place(query), kernel.memory.place(rows), out, count, columns)
    const expected = Array.from({ length: count }, (_, row) =>
      query.reduce((sum, value, at) => sum + value * rows[row * columns + at]!, 0),
    )
    expectClose(kernel.memory.floats(out, count), expected, 1e-4)
  }
})
