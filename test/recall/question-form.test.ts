import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findQuestionForm, toStatement } from '../../src/domain/recall/question-form.js'
import { USE_LITE_DIMENSIONS, USE_LITE_MODEL } from '../../src/embedding/model-files.js'
import { loadUseLite } from '../../src/embedding/use-lite.js'

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)

it('is known of the built-in encoder alone, and fits its vectors', () => {
  const form = findQuestionForm(USE_LITE_MODEL)
  expect(form?.direction.length).toBe(USE_LITE_DIMENSIONS)
  expect(Math.hypot(...(form?.direction ?? []))).toBeCloseTo(1, 6)
  expect(findQuestionForm('another')).toBeUndefined()
})

it('moves a query 0.45 of the way to where statements are, and changes no other direction', () => {
  const form = { direction: Float32Array.of(1, 0, 0), level: -0.2 }
  const moved = toStatement(Float32Array.of(0.6, 0.8, 0), form)
  const length = Math.hypot(0.24, 0.8)
  expect([...moved]).toEqual([expect.closeTo(0.24 / length, 6), expect.closeTo(0.8 / length, 6), 0])
})

it('gives a vector of length 1 whatever it gets', () => {
  const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(
      numbers.filter((vector) => vector.some((value) => value !== 0)),
      (vector) => {
        const length = Math.hypot(...vector)
        const unit = Float32Array.from(vector, (value) => value / length)
        const moved = toStatement(unit, { direction: Float32Array.of(0, 1, 0), level: -1 })
        expect(Math.hypot(...moved)).toBeCloseTo(1, 5)
      },
    ),
  )
})

it('brings questions nearer to their answers than to what is not asked for', async () => {
  const { encode } = await loadUseLite()
  const form = findQuestionForm(USE_LITE_MODEL)
  const vectorOf = (text: string) => encode(text) ?? new Float32Array()
  const lead = (change: (vector: Float32Array) => Float32Array) => {
    const question = change(vectorOf('Do they have any children?'))
    return (
      dot(question, vectorOf('The daughter starts school in June')) - dot(question, vectorOf('Asked us why and how'))
    )
  }
  expect(form).toBeDefined()
  if (form !== undefined) expect(lead((vector) => toStatement(vector, form))).toBeGreaterThan(lead((vector) => vector))
})
