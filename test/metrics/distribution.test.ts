import * as fc from 'fast-check'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { Distribution, LATENCY_BOUNDS, LabelledDistributions } from '../../src/metrics/distribution.js'
import { exportDistributions } from '../../src/metrics/exports.js'

async function textOf(distribution: Distribution): Promise<string> {
  const registry = new Registry()
  exportDistributions(
    registry,
    { name: 'taken_seconds', help: 'h', labelNames: ['stage'] },
    distribution.bounds,
    () => [{ labels: { stage: 'a' }, distribution }],
  )
  return registry.metrics()
}

it('says for each bound how many values were at most that large', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), async (values) => {
      const distribution = new Distribution(LATENCY_BOUNDS)
      for (const value of values) distribution.observe(value)
      const text = await textOf(distribution)
      for (const bound of LATENCY_BOUNDS) {
        const count = values.filter((value) => value <= bound).length
        expect(text).toContain(`taken_seconds_bucket{stage="a",le="${bound}"} ${count}\n`)
      }
      expect(text).toContain(`taken_seconds_bucket{stage="a",le="+Inf"} ${values.length}\n`)
      expect(text).toContain(`taken_seconds_count{stage="a"} ${values.length}\n`)
      expect(distribution.count).toBe(values.length)
      expect(distribution.sum).toBeCloseTo(
        values.reduce((sum, value) => sum + value, 0),
        6,
      )
    }),
  ))

it('keeps what has different labels apart', () => {
  const all = new LabelledDistributions(LATENCY_BOUNDS)
  all.observe('Fetch', 200, 1)
  all.observe('Fetch', 200, 2)
  all.observe('Fetch', 404, 1)
  all.observe('Create', 202, 1)
  expect([...all.entries()].map(({ labels, distribution }) => [...labels, distribution.count])).toEqual([
    ['Fetch', '200', 2],
    ['Fetch', '404', 1],
    ['Create', '202', 1],
  ])
})

it('added to another what one took off, both together have observed all of it', () =>
  fc.assert(
    fc.property(fc.array(fc.array(fc.double({ min: 0, max: 20, noNaN: true }))), (turns) => {
      const [near, far, all] = [0, 1, 2].map(() => new Distribution(LATENCY_BOUNDS)) as [
        Distribution,
        Distribution,
        Distribution,
      ]
      for (const values of turns) {
        for (const value of values) {
          far.observe(value)
          all.observe(value)
        }
        near.add(structuredClone(far.take()))
        expect(far.count).toBe(0)
      }
      expect(near.counts).toEqual(all.counts)
      expect(near.sum).toBeCloseTo(all.sum)
    }),
  ))
