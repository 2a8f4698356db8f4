import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { gather } from '../../src/domain/gather.js'

/** A run that waits until it is told how to go on. */
function manualRuns() {
  const runs: { items: readonly string[]; end: (fail?: Error) => void }[] = []
  const run = (_first: string, take: () => readonly string[]) =>
    new Promise<{ value: string }[]>((resolve, reject) => {
      const items = take()
      const end = (fail?: Error) => (fail ? reject(fail) : resolve(items.map((item) => ({ value: `${item}!` }))))
      runs.push({ items, end })
    })
  return { runs, run }
}

/** Runs that take their items when they are told to. */
function lateRuns() {
  const batches: (readonly string[])[] = []
  const takes: (() => void)[] = []
  const ends: (() => void)[] = []
  const run = (_first: string, take: () => readonly string[]) =>
    new Promise<{ value: string }[]>((resolve) => {
      let taken = false
      takes.push(() => {
        if (!taken) batches.push(take())
        taken = true
      })
      ends.push(() => resolve(take().map((value) => ({ value }))))
    })
  return { batches, takes, ends, run }
}

const ONE = () => 1

const settle = () => new Promise((resolve) => setImmediate(resolve))

it('runs the first item at once and what comes meanwhile together, in order', async () => {
  const { runs, run } = manualRuns()
  const submit = gather({ maxBatchSize: 10, atOnce: ONE, run, isItemFault: () => true })
  const answers = ['a', 'b', 'c'].map((item) => submit('store', item))
  expect(runs.map(({ items }) => items)).toEqual([['a']])
  runs[0]?.end()
  expect(await answers[0]).toBe('a!')
  await settle()
  expect(runs.map(({ items }) => items)).toEqual([['a'], ['b', 'c']])
  runs[1]?.end()
  expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!'])
})

it('does not let one key wait for another', async () => {
  const { runs, run } = manualRuns()
  const submit = gather({ maxBatchSize: 10, atOnce: ONE, run, isItemFault: () => true })
  const slow = submit('slow', 'a')
  const fast = submit('fast', 'b')
  runs.find(({ items }) => items[0] === 'b')?.end()
  expect(await fast).toBe('b!')
  runs.find(({ items }) => items[0] === 'a')?.end()
  expect(await slow).toBe('a!')
})

it('begins anew after it was idle', async () => {
  const { runs, run } = manualRuns()
  const submit = gather({ maxBatchSize: 10, atOnce: ONE, run, isItemFault: () => true })
  for (const item of ['a', 'b']) {
    const answer = submit('store', item)
    runs.at(-1)?.end()
    expect(await answer).toBe(`${item}!`)
    await settle()
  }
  expect(runs.map(({ items }) => items)).toEqual([['a'], ['b']])
})

it('gives each item its own result or error, and never makes a batch larger than it may be', async () => {
  const anyItems = fc.array(fc.record({ id: fc.nat(), good: fc.boolean() }), { minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(
      anyItems,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (items, maxBatchSize, atOnce) => {
        const seen: number[] = []
        const submit = gather<(typeof items)[number], number>({
          maxBatchSize,
          atOnce: () => atOnce,
          isItemFault: () => true,
          run: async (_first, take) => {
            const batch = take()
            expect(batch.length).toBeLessThanOrEqual(maxBatchSize)
            seen.push(...batch.map(({ id }) => id))
            return batch.map(({ id, good }) => (good ? { value: id } : { error: new Error(`no ${id}`) }))
          },
        })
        const results = await Promise.allSettled(items.map((item) => submit('store', item)))
        expect(seen).toEqual(items.map(({ id }) => id))
        results.forEach((result, index) => {
          const item = items[index]
          if (item?.good) expect(result).toEqual({ status: 'fulfilled', value: item.id })
          else expect(result).toEqual({ status: 'rejected', reason: new Error(`no ${item?.id}`) })
        })
      },
    ),
  )
})

it('tries the items of a batch that failed one by one, so that only the guilty one fails', async () => {
  const batches: string[][] = []
  const submit = gather<string, string>({
    maxBatchSize: 10,
    atOnce: ONE,
    isItemFault: (error) => error instanceof RangeError,
    run: async (_first, take) => {
      const items = take()
      batches.push([...items])
      if (items.includes('bad')) throw new RangeError('bad item')
      return items.map((value) => ({ value }))
    },
  })
  const results = await Promise.allSettled(['first', 'a', 'bad', 'b'].map((item) => submit('store', item)))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect(batches).toEqual([['first'], ['a', 'bad', 'b'], ['a'], ['bad'], ['b']])
})

it('fails the whole batch, and goes on, when no item is to blame', async () => {
  let runs = 0
  const submit = gather<string, string>({
    maxBatchSize: 10,
    atOnce: ONE,
    isItemFault: () => false,
    run: async (_first, take) => {
      const items = take()
      runs += 1
      if (runs === 2) throw new Error('disk full')
      return items.map((value) => ({ value }))
    },
  })
  const results = await Promise.allSettled(['a', 'b', 'c'].map((item) => submit('store', item)))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(runs).toBe(2)
  await settle()
  expect(await submit('store', 'd')).toBe('d')
})

it('rejects an item that a run gave no result for', async () => {
  const submit = gather<string, string>({ maxBatchSize: 10, atOnce: ONE, isItemFault: () => true, run: async () => [] })
  await expect(submit('store', 'a')).rejects.toThrow('no result')
})

it('tells how many wait, of all keys, and since when', async () => {
  const { runs, run } = manualRuns()
  const submit = gather({ maxBatchSize: 10, atOnce: ONE, run, isItemFault: () => true })
  expect(submit.waiting()).toEqual({ length: 0, oldestMs: 0 })
  const answers = ['a', 'b', 'c'].map((item) => submit('one', item))
  answers.push(submit('two', 'd'), submit('two', 'e'))
  await settle()
  const { length, oldestMs } = submit.waiting()
  expect(length).toBe(3)
  expect(oldestMs).toBeGreaterThan(0)
  for (const { end } of runs) end()
  await settle()
  for (const { end } of runs) end()
  await Promise.all(answers)
  expect(submit.waiting()).toEqual({ length: 0, oldestMs: 0 })
})

it('lets what comes until a batch takes its items go with it', async () => {
  const { batches, takes, ends, run } = lateRuns()
  const submit = gather({ maxBatchSize: 10, atOnce: ONE, run, isItemFault: () => true })
  const answers = ['a', 'b', 'c'].map((item) => submit('store', item))
  takes[0]?.()
  answers.push(submit('store', 'd'))
  expect({ batches, begun: takes.length }).toEqual({ batches: [['a', 'b', 'c']], begun: 1 })
  ends[0]?.()
  await settle()
  takes[1]?.()
  ends[1]?.()
  expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd'])
  expect(batches).toEqual([['a', 'b', 'c'], ['d']])
})

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

it('begins a second batch while one runs when as many wait as the last two had on average, and six at least', async () => {
  const { batches, takes, ends, run } = lateRuns()
  const submit = gather({ maxBatchSize: 20, atOnce: () => 2, run, isItemFault: () => true })
  const answers: Promise<string>[] = []
  const add = (prefix: string, count: number) =>
    answers.push(...numbered(prefix, count).map((item) => submit('store', item)))
  /** A batch takes its items and ends. */
  const finish = async (batch: number) => {
    takes[batch]?.()
    ends[batch]?.()
    await settle()
  }
  add('a', 4)
  takes[0]?.()
  add('b', 5)
  expect(takes.length).toBe(1)
  add('c', 1)
  expect(takes.length).toBe(2)
  // Never a third.
  takes[1]?.()
  add('d', 18)
  expect(takes.length).toBe(2)
  await finish(0)
  expect(takes.length).toBe(3)
  // The last two had 6 and 18.
  takes[2]?.()
  await finish(1)
  add('e', 11)
  expect(takes.length).toBe(3)
  add('f', 1)
  expect(takes.length).toBe(4)
  await finish(2)
  await finish(3)
  await Promise.all(answers)
  expect(batches.map(({ length }) => length)).toEqual([4, 6, 18, 12])
})

it('begins the next with whatever waits once nothing runs', async () => {
  const { batches, takes, ends, run } = lateRuns()
  const submit = gather({ maxBatchSize: 10, atOnce: () => 2, run, isItemFault: () => true })
  const answers = ['a', 'b', 'c', 'd'].map((item) => submit('store', item))
  takes[0]?.()
  answers.push(submit('store', 'e'))
  expect(takes.length).toBe(1)
  ends[0]?.()
  await settle()
  takes[1]?.()
  ends[1]?.()
  await Promise.all(answers)
  expect(batches).toEqual([['a', 'b', 'c', 'd'], ['e']])
})
