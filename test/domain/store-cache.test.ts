import { expect, it } from 'vitest'
import { createStoreCache } from '../../src/domain/store-cache.js'
import type { StoreRow } from '../../src/storage/store.js'
import { defer } from '../support/deferred.js'

const rowOf = (schemaVersion: number): StoreRow => ({
  id: 's',
  accountSid: 'AC',
  displayName: 'shop',
  description: undefined,
  status: 'ACTIVE',
  version: 1,
  schemaVersion,
  createdAt: 0,
  updatedAt: 0,
})

it('reads a row once in a moment, and anew after it', async () => {
  let time = 0
  let reads = 0
  const cache = createStoreCache(() => time)
  const read = () => cache.read('s', async () => rowOf(++reads))
  expect((await read())?.schemaVersion).toBe(1)
  time = 49
  expect((await read())?.schemaVersion).toBe(1)
  time = 50
  expect((await read())?.schemaVersion).toBe(2)
})

it('tells the last row when it is too old, and no other', async () => {
  let time = 0
  const cache = createStoreCache(() => time)
  expect(cache.outdated('s')).toBeUndefined()
  await cache.read('s', async () => rowOf(1))
  time = 49
  expect(cache.outdated('s')).toBeUndefined()
  time = 50
  expect(cache.outdated('s')).toEqual(rowOf(1))
  cache.forget('s')
  expect(cache.outdated('s')).toBeUndefined()
})

it('keeps nothing of a store that is not there', async () => {
  const cache = createStoreCache(() => 0)
  expect(await cache.read('s', async () => undefined)).toBeUndefined()
  expect(await cache.read('s', async () => rowOf(1))).toEqual(rowOf(1))
})

it('reads anew after a change, even what was being read while it happened', async () => {
  const cache = createStoreCache(() => 0)
  const held = defer()
  const slow = cache.read('s', async () => {
    await held.promise
    return rowOf(1)
  })
  cache.forget('s')
  held.resolve()
  expect((await slow)?.schemaVersion).toBe(1)
  expect((await cache.read('s', async () => rowOf(2)))?.schemaVersion).toBe(2)
  cache.forget('s')
  expect((await cache.read('s', async () => rowOf(3)))?.schemaVersion).toBe(3)
})
