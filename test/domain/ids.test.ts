import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { ID_PATTERNS } from '../../src/contract/ids.js'
import { createIdFactory, createRequestIds, createTicker, newAccountSid, newKeySid, newSecret } from '../../src/ids.js'

/** A clock that stands, runs and is set back. */
const anyClock = fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_050 }), {
  minLength: 2,
  maxLength: 60,
})

it('makes well-formed ids that sort by time, also within a millisecond and when the clock is set back', () => {
  fc.assert(
    fc.property(anyClock, (times) => {
      let call = 0
      const newId = createIdFactory(() => times[call++] ?? 0)
      const ids = times.map(() => newId('mem_profile'))
      for (const id of ids) expect(id).toMatch(new RegExp(ID_PATTERNS.profile))
      expect(ids.toSorted()).toEqual(ids)
      expect(new Set(ids).size).toBe(ids.length)
    }),
  )
})

it('puts the prefix of the resource and Crockford base32 in lower case into an id', () => {
  const newId = createIdFactory(() => Date.UTC(2024, 0, 1))
  expect(newId('mem_store')).toMatch(/^mem_store_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
  expect(newId('mem_operation')).toMatch(new RegExp(ID_PATTERNS.operation))
  expect(newId('mem_import')).toMatch(new RegExp(ID_PATTERNS.import))
})

it('makes different ids in two processes at the same time', () => {
  const now = () => 1_700_000_000_000
  const [one, two] = [createIdFactory(now), createIdFactory(now)]
  const ids = Array.from({ length: 500 }, () => [one('mem_event'), two('mem_event')]).flat()
  expect(new Set(ids).size).toBe(1000)
})

it('ticks in microseconds and never twice the same, whatever the clock does', () => {
  fc.assert(
    fc.property(anyClock, (times) => {
      let call = 0
      const tick = createTicker(() => times[call++] ?? 0)
      const ticks = times.map(() => tick())
      expect(ticks[0]).toBe((times[0] ?? 0) * 1000)
      for (let index = 1; index < ticks.length; index += 1) {
        expect(ticks[index]).toBeGreaterThan(ticks[index - 1] ?? 0)
        expect(ticks[index]).toBeGreaterThanOrEqual((times[index] ?? 0) * 1000)
      }
    }),
  )
})

it('ticks several at once, none of which comes again', () => {
  const tick = createTicker(() => 1)
  expect([tick(), tick(3), tick(), tick(2), tick()]).toEqual([1000, 1001, 1004, 1005, 1007])
})

it('makes SIDs and secrets of the forms clients know', () => {
  expect(newAccountSid()).toMatch(/^AC[0-9a-f]{32}$/)
  expect(newKeySid()).toMatch(/^SK[0-9a-f]{32}$/)
  expect(createRequestIds()()).toMatch(/^RQ[0-9a-f]{32}$/)
  expect(newSecret()).toMatch(/^[0-9a-f]{32}$/)
  expect(newSecret()).not.toBe(newSecret())
})
