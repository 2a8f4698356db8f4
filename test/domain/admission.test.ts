import { describe, expect, it } from 'vitest'
import { Admission, type AdmissionLimits } from '../../src/domain/admission.js'
import { ApiError } from '../../src/errors.js'
import { type Deferred, defer } from '../support/deferred.js'

const NO_LIMITS: AdmissionLimits = { rateLimit: 0, concurrentRequests: 0, waitingWrites: 5000 }
const account = (name: string) => ({ accountSid: name, credential: name })

function start(limits: Partial<AdmissionLimits> = {}) {
  const clock = { now: 1_000_000 }
  return { clock, admission: new Admission({ ...NO_LIMITS, ...limits }, () => clock.now) }
}

function refusalOf(work: () => unknown): ApiError {
  try {
    work()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('it was admitted')
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Writes of an account that run until they are ended. */
function beginWrites(admission: Admission, name: string, count: number) {
  const begun: Deferred<void>[] = []
  const answers = Array.from({ length: count }, () =>
    admission.write(name, () => {
      const end = defer()
      begun.push(end)
      return end.promise
    }),
  )
  return { begun, answers: Promise.allSettled(answers) }
}

describe('rate limit', () => {
  it('takes a second’s worth at once, then as many as it says, each key for itself', () => {
    const { clock, admission } = start({ rateLimit: 10 })
    for (let count = 0; count < 10; count += 1) admission.begin(account('A'))
    const refusal = refusalOf(() => admission.begin(account('A')))
    expect(refusal).toMatchObject({ status: 429, code: 20429, headers: { 'Retry-After': '1' } })
    expect(() => admission.begin(account('B'))).not.toThrow()
    clock.now += 100
    expect(() => admission.begin(account('A'))).not.toThrow()
    refusalOf(() => admission.begin(account('A')))
    clock.now += 60_000
    for (let count = 0; count < 10; count += 1) admission.begin(account('A'))
    refusalOf(() => admission.begin(account('A')))
  })
})

describe('requests at the same time', () => {
  it('are limited by account, and free their place when they end', () => {
    const { admission } = start({ concurrentRequests: 2 })
    const ends = [admission.begin(account('A')), admission.begin(account('A'))]
    expect(refusalOf(() => admission.begin(account('A')))).toMatchObject({ status: 429, code: 20429 })
    expect(() => admission.begin(account('B'))).not.toThrow()
    ends[0]?.()
    expect(() => admission.begin(account('A'))).not.toThrow()
  })
})

describe('writes', () => {
  it('of an account that is alone all run at once', () => {
    const { admission } = start()
    admission.begin(account('A'))
    expect(beginWrites(admission, 'A', 100).begun).toHaveLength(100)
  })

  it('run eight at a time while another account is there, in order, and its own begin at once', async () => {
    const { admission } = start()
    admission.begin(account('B'))
    admission.begin(account('A'))
    const flood = beginWrites(admission, 'A', 100)
    expect(flood.begun).toHaveLength(8)
    expect(beginWrites(admission, 'B', 1).begun).toHaveLength(1)
    for (let index = 0; index < 100; index += 1) {
      flood.begun[index]?.resolve()
      await settle()
      expect(flood.begun).toHaveLength(Math.min(100, index + 9))
    }
    expect((await flood.answers).every(({ status }) => status === 'fulfilled')).toBe(true)
  })

  it('that wait all begin with the end of one when the other account is gone', async () => {
    const { clock, admission } = start()
    admission.begin(account('B'))
    admission.begin(account('A'))
    const flood = beginWrites(admission, 'A', 100)
    clock.now += 1000
    flood.begun[0]?.reject(new Error('failed'))
    await settle()
    expect(flood.begun).toHaveLength(100)
  })

  it('are refused when too many wait, but not to an account that has less than its share', async () => {
    const { admission } = start({ waitingWrites: 10 })
    const flood = beginWrites(admission, 'A', 11)
    expect(flood.begun).toHaveLength(10)
    const few = beginWrites(admission, 'B', 2)
    expect(few.begun).toHaveLength(2)
    for (const end of [...flood.begun, ...few.begun]) end.resolve()
    const refused = (await flood.answers).filter((answer) => answer.status === 'rejected')
    expect(refused.map(({ reason }) => reason)).toEqual([expect.objectContaining({ status: 503, code: 20503 })])
    expect((await few.answers).every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(beginWrites(admission, 'A', 1).begun).toHaveLength(1)
  })
})

it('knows who else is there', () => {
  const { clock, admission } = start()
  admission.begin(account('A'))
  expect([admission.othersThan('A'), admission.othersThan('B')]).toEqual([false, true])
  clock.now += 500
  admission.begin(account('B'))
  admission.begin(account('B'))
  expect([admission.othersThan('A'), admission.othersThan('B')]).toEqual([true, true])
  clock.now += 600
  expect([admission.othersThan('A'), admission.othersThan('B')]).toEqual([true, false])
})
