import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLongMap } from '../../src/domain/recall/long-map.js'

const KEY = fc.integer({ min: 0, max: 12 })
const OPERATION = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key: KEY, value: fc.nat() }),
  fc.record({ kind: fc.constant('delete' as const), key: KEY }),
)

it('holds what a Map holds, however short its parts are', () => {
  fc.assert(
    fc.property(fc.array(OPERATION, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (operations, mostEntries) => {
      const expected = new Map<number, number>()
      const actual = createLongMap<number, number>(mostEntries)
      for (const operation of operations) {
        if (operation.kind === 'set') {
          expected.set(operation.key, operation.value)
          actual.set(operation.key, operation.value)
        } else {
          expected.delete(operation.key)
          actual.delete(operation.key)
        }
      }
      const values: number[] = []
      actual.forEach((value) => {
        values.push(value)
      })
      expect(values.toSorted()).toEqual([...expected.values()].toSorted())
      expect(actual.size).toBe(expected.size)
      for (let key = 0; key <= 12; key += 1) expect(actual.get(key)).toBe(expected.get(key))
    }),
  )
})
