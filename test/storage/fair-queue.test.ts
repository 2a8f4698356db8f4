import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { FairGate } from '../../src/storage/fair-gate.js'
import { FairQueue } from '../../src/storage/fair-queue.js'
import { defer } from '../support/deferred.js'

function drain<T>(queue: FairQueue<T>): T[] {
  const items: T[] = []
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item)
  return items
}

function fill(items: readonly (readonly [owner: string, item: string])[]): FairQueue<string> {
  const queue = new FairQueue<string>()
  for (const [owner, item] of items) queue.push(owner === '' ? [] : owner.split('/'), item)
  return queue
}

it('lets accounts take turns, however many items one of them has', () => {
  const flood = Array.from({ length: 100 }, (_, index): [string, string] => ['A', `a${index}`])
  const order = drain(fill([...flood, ['B', 'b0'], ['C', 'c0'], ['B', 'b1']]))
  expect(order.slice(0, 6)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2'])
  expect(order).toHaveLength(103)
})

it('lets the stores of an account share its turns, so that many stores give no advantage', () => {
  const order = drain(
    fill([
      ['A/1', 'a1x'],
      ['A/1', 'a1y'],
      ['A/2', 'a2x'],
      ['A/3', 'a3x'],
      ['B/1', 'b1x'],
      ['B/1', 'b1y'],
    ]),
  )
  expect(order).toEqual(['a1x', 'b1x', 'a2x', 'b1y', 'a3x', 'a1y'])
})

it('serves what stands above the others first', () => {
  expect(
    drain(
      fill([
        ['A', 'a'],
        ['', 'own'],
        ['A', 'b'],
      ]),
    ),
  ).toEqual(['own', 'a', 'b'])
})

const anyOwner = fc.constantFrom('A/1', 'A/2', 'B/1', 'C/1', 'C/2', 'C/3')

it('loses nothing, keeps the order of each store, and never lets an account wait for two items of another', () => {
  fc.assert(
    fc.property(fc.array(anyOwner, { maxLength: 60 }), (owners) => {
      const queue = fill(owners.map((owner, index) => [owner, `${owner}/${index}`]))
      expect(queue.size).toBe(owners.length)
      const order = drain(queue)
      expect([...order].sort()).toEqual(owners.map((owner, index) => `${owner}/${index}`).sort())
      for (const store of new Set(owners)) {
        const numbers = order.filter((item) => item.startsWith(`${store}/`)).map((item) => Number(item.split('/')[2]))
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      }
      const accounts = order.map((item) => item.charAt(0))
      accounts.forEach((account, index) => {
        const nextOwn = accounts.indexOf(account, index + 1)
        const between = accounts.slice(index + 1, nextOwn < 0 ? index + 1 : nextOwn)
        expect(new Set(between).size).toBe(between.length)
      })
    }),
  )
})

it('a gate lets in as many as it has places, then by turns, and gives a place on when work fails', async () => {
  const gate = new FairGate(1)
  const first = defer<void>()
  const started: string[] = []
  const enter = (owner: string, name: string, work: () => Promise<void> = async () => undefined) =>
    gate.run([owner], async () => {
      started.push(name)
      await work()
    })
  const all = [
    enter('A', 'a0', () => first.promise),
    enter('A', 'a1', () => Promise.reject(new Error('no'))),
    enter('A', 'a2'),
    enter('B', 'b0'),
  ]
  expect(started).toEqual(['a0'])
  first.resolve()
  const settled = await Promise.allSettled(all)
  expect(started).toEqual(['a0', 'a1', 'b0', 'a2'])
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  await enter('C', 'c0')
  expect(started.at(-1)).toBe('c0')
})
