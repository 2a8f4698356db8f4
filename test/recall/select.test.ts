import fc from 'fast-check'
import { expect, it } from 'vitest'
import { selectBest } from '../../src/domain/recall/select.js'

interface Candidate {
  readonly key: number
  readonly score: number
}

const candidates = fc.array(fc.record({ key: fc.nat({ max: 12 }), score: fc.nat({ max: 5 }) }), { maxLength: 40 })

/** Sorts everything: the newest of each key (the later candidate is the newer), best first, ties newest first. */
function sortAll(all: readonly Candidate[], limit: number): number[] {
  const newest = new Map(all.map(({ key }, index) => [key, index]))
  return [...newest.values()].sort((a, b) => (all[b]?.score ?? 0) - (all[a]?.score ?? 0) || b - a).slice(0, limit)
}

it('takes what sorting everything and dropping repetitions would', () => {
  fc.assert(
    fc.property(candidates, fc.nat({ max: 12 }), (all, limit) => {
      const scoreOf = (index: number) => all[index]?.score ?? 0
      const selected = selectBest([...all.keys()], limit, {
        keyOf: (index) => (all.filter(({ key }) => key === all[index]?.key).length > 1 ? all[index]?.key : undefined),
        isBetter: (a, b) => (scoreOf(a) === scoreOf(b) ? a > b : scoreOf(a) > scoreOf(b)),
        isNewer: (a, b) => a > b,
      })
      expect(selected).toEqual(sortAll(all, limit))
    }),
  )
})
