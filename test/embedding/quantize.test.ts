import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placeInPanels, quantizeMatrix } from '../../src/embedding/quantize.js'

const matrix = fc
  .record({ pairs: fc.integer({ min: 1, max: 6 }), panels: fc.integer({ min: 1, max: 3 }) })
  .chain(({ pairs, panels }) => {
    const [inner, columns] = [pairs * 2, panels * 8]
    const numbers = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), {
      minLength: inner * columns,
      maxLength: inner * columns,
    })
    return numbers.map((values) => ({ weights: Float32Array.from(values), inner, columns }))
  })

describe('quantizeMatrix', () => {
  it('keeps each number to half a step of its column', () => {
    fc.assert(
      fc.property(matrix, ({ weights, inner, columns }) => {
        const { values, scales } = quantizeMatrix(weights, inner, columns)
        weights.forEach((weight, at) => {
          const [row, column] = [Math.floor(at / columns), at % columns]
          const back = values[placeInPanels(row, column, inner)]! * scales[column]!
          expect(Math.abs(back - weight)).toBeLessThanOrEqual(scales[column]! * 0.5001 + Number.MIN_VALUE)
        })
      }),
    )
  })

  it('stays within 11 bits, as the kernel needs it', () => {
    fc.assert(
      fc.property(matrix, ({ weights, inner, columns }) => {
        const { values } = quantizeMatrix(weights, inner, columns)
        expect(values.every((value) => Math.abs(value) <= 1023)).toBe(true)
      }),
    )
  })

  it('gives each number a place of its own', () => {
    const [inner, columns] = [6, 24]
    const places = Array.from({ length: inner * columns }, (_, at) =>
      placeInPanels(Math.floor(at / columns), at % columns, inner),
    )
    expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: inner * columns }, (_, at) => at))
  })

  it('refuses a matrix that does not fit the kernel', () => {
    expect(() => quantizeMatrix(new Float32Array(24), 3, 8)).toThrow('3 × 8')
    expect(() => quantizeMatrix(new Float32Array(24), 2, 12)).toThrow('2 × 12')
    expect(() => quantizeMatrix(new Float32Array(15), 2, 8)).toThrow('15 numbers')
  })
})
