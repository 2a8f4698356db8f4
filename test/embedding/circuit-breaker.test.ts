import { beforeEach, describe, expect, it } from 'vitest'
import { type CircuitBreaker, createCircuitBreaker } from '../../src/embedding/circuit-breaker.js'

let clock: number
let breaker: CircuitBreaker

beforeEach(() => {
  clock = 0
  breaker = createCircuitBreaker({ failures: 3, restMs: 100, now: () => clock })
})

function fail(times: number): void {
  for (let time = 0; time < times; time += 1) breaker.failed()
}

describe('a circuit breaker', () => {
  it('admits as long as there are fewer failures in a row', () => {
    fail(2)
    expect(breaker.admit()).toBe(true)
    breaker.succeeded()
    fail(2)
    expect(breaker.admit()).toBe(true)
  })

  it('admits nobody during the rest, then one', () => {
    fail(3)
    expect(breaker.admit()).toBe(false)
    clock = 99
    expect(breaker.admit()).toBe(false)
    clock = 100
    expect([breaker.admit(), breaker.admit()]).toEqual([true, false])
  })

  it('closes when the one succeeds', () => {
    fail(3)
    clock = 100
    breaker.admit()
    breaker.succeeded()
    expect([breaker.admit(), breaker.admit()]).toEqual([true, true])
  })

  it('rests again when the one fails', () => {
    fail(3)
    clock = 100
    breaker.admit()
    breaker.failed()
    clock = 199
    expect(breaker.admit()).toBe(false)
    clock = 200
    expect(breaker.admit()).toBe(true)
  })

  it('lets the next one try when the one ended without an outcome', () => {
    fail(3)
    clock = 100
    breaker.admit()
    breaker.abandoned()
    expect(breaker.admit()).toBe(true)
  })
})
