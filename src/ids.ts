import { randomBytes } from 'node:crypto'
import { encodeTime, monotonicFactory } from 'ulid'
import type { IdPrefix } from './contract/ids.js'

const POOL_BYTES = 4096
const SECRET_BYTES = 16

/** Random bytes from a pool: one system call per 4096 bytes instead of one per request. */
function createRandomHex(bytes: number): () => string {
  let pool = Buffer.alloc(0)
  let next = 0
  return () => {
    if (next + bytes > pool.length) {
      pool = randomBytes(POOL_BYTES)
      next = 0
    }
    next += bytes
    return pool.toString('hex', next - bytes, next)
  }
}

/** Random fractions from a pool of random bytes: one system call per 4096 digits instead of one per digit. */
function createRandomFraction(): () => number {
  let pool = Buffer.alloc(0)
  let next = 0
  return () => {
    if (next >= pool.length) {
      pool = randomBytes(POOL_BYTES)
      next = 0
    }
    return pool.readUInt8(next++) / 256
  }
}

export type NewId = (prefix: IdPrefix) => string

/**
 * Makes the id factory of a process: `prefix_` + a ULID in lower case, so that ids sort by time, also within one
 * millisecond of one process.
 *
 * @param now clock in milliseconds since the epoch
 */
export function createIdFactory(now: () => number): NewId {
  const ulid = monotonicFactory(createRandomFraction())
  return (prefix) => `${prefix}_${ulid(now()).toLowerCase()}`
}

const TIME_CHARACTERS = 10
const RANDOM_CHARACTERS = 16

/** The least id that the factory can make at a time. @param time in milliseconds since the epoch, 0 or later */
export function lowestId(prefix: IdPrefix, time: number): string {
  return `${prefix}_${encodeTime(Math.max(time, 0), TIME_CHARACTERS).toLowerCase()}${'0'.repeat(RANDOM_CHARACTERS)}`
}

/** Makes request ids: `RQ` + 32 hexadecimal digits, the form of Twilio's. */
export function createRequestIds(): () => string {
  const hex = createRandomHex(SECRET_BYTES)
  return () => `RQ${hex()}`
}

/** `AC` + 32 hexadecimal digits. */
export function newAccountSid(): string {
  return `AC${newSecret()}`
}

/** `SK` + 32 hexadecimal digits. */
export function newKeySid(): string {
  return `SK${newSecret()}`
}

/** 32 hexadecimal digits with 128 random bits, for auth tokens, key secrets and signing keys. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex')
}

/**
 * A strictly increasing clock in microseconds since the epoch. Two facts written in the same millisecond keep their
 * order, which "newest wins" and "oldest is dropped first" rest on.
 */
export function createTicker(now: () => number): (count?: number) => number {
  let last = 0
  return (count = 1) => {
    const first = Math.max(now() * 1000, last + 1)
    last = first + count - 1
    return first
  }
}
