import { expect, it } from 'vitest'
import { createRecallCache } from '../../src/domain/recall/cache.js'
import { createMemoryIndex } from '../../src/domain/recall/memory-index.js'
import type { ProfileMemories } from '../../src/domain/recall/profile-memories.js'

/** Indexes that say they are so large. */
function memoriesOf(bytes: number): ProfileMemories {
  return {
    version: 1,
    epoch: 0,
    observations: { ...createMemoryIndex(), bytes: () => bytes },
    summaries: { ...createMemoryIndex(), bytes: () => 0 },
  }
}

it('drops what was unused longest when there is no room', () => {
  const cache = createRecallCache(100)
  for (const key of ['a', 'b', 'c']) cache.set(key, memoriesOf(30))
  expect(cache.get('a')).toBeDefined()
  cache.set('d', memoriesOf(30))
  expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true, true])
  expect(cache.bytes()).toBe(90)
})

it('keeps the profile used last however large it is, until another one comes', () => {
  const cache = createRecallCache(100)
  cache.set('small', memoriesOf(40))
  cache.set('large', memoriesOf(101))
  expect([cache.get('small') !== undefined, cache.get('large') !== undefined]).toEqual([false, true])
  cache.set('small', memoriesOf(40))
  expect([cache.get('small') !== undefined, cache.get('large') !== undefined]).toEqual([true, false])
  expect(cache.bytes()).toBe(40)
})

it('keeps nothing when there is no room at all', () => {
  const cache = createRecallCache(0)
  cache.set('a', memoriesOf(1))
  expect([cache.get('a'), cache.bytes()]).toEqual([undefined, 0])
})

it('counts a profile once when it is set again with another size, and forgets it when it is deleted', () => {
  const cache = createRecallCache(100)
  cache.set('a', memoriesOf(90))
  cache.set('a', memoriesOf(20))
  expect(cache.bytes()).toBe(20)
  cache.delete('a')
  cache.delete('a')
  expect([cache.get('a'), cache.bytes()]).toEqual([undefined, 0])
})

it('works on one profile one after the other, a failure included', async () => {
  const cache = createRecallCache(100)
  const done: string[] = []
  const work = (name: string) => async () => {
    done.push(`${name} begins`)
    await Promise.resolve()
    done.push(`${name} ends`)
    if (name === 'a') throw new Error('a failed')
    return name
  }
  const failed = expect(cache.inTurn('x', work('a'))).rejects.toThrow('a failed')
  expect(await cache.inTurn('x', work('b'))).toBe('b')
  await failed
  expect(done).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})
