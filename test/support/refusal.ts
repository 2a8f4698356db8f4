import { expect } from 'vitest'
import type { Answer } from './api.js'

export const REQUEST_ID = /^RQ[0-9a-f]{32}$/

/** Asserts that an answer is a well-formed refusal of this status, and of this code or message where they are given. */
export function expectRefusal(answer: Answer, status: number, code?: number, message?: string | RegExp): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: {
      code: code ?? expect.any(Number),
      message: message === undefined ? expect.any(String) : expect.stringMatching(message),
      more_info: expect.stringMatching(/^https:\/\//),
      status,
    },
  })
  expect(answer.body.code).toBeGreaterThanOrEqual(100)
  expect(answer.body.code).toBeLessThanOrEqual(999_999)
  expect(Number.isInteger(answer.body.code)).toBe(true)
  expect(answer.body.message).not.toBe('')
  expect(answer.headers.get('twilio-request-id')).toMatch(REQUEST_ID)
}

/** Well-formed ids that nobody has. */
export const UNKNOWN = {
  store: 'mem_store_00000000000000000000000000',
  olderStore: 'mem_service_00000000000000000000000000',
  profile: 'mem_profile_00000000000000000000000000',
  import: 'mem_import_00000000000000000000000000',
  operation: 'mem_operation_00000000000000000000000000',
} as const

/** The same ids, malformed: cut short, of another kind, in capitals, out of range, not ids at all. */
export function malformed(id: string): string[] {
  const ulid = id.slice(id.lastIndexOf('_') + 1)
  return [
    id.slice(0, -1),
    `${id}0`,
    `mem_other_${ulid}`,
    id.toUpperCase(),
    `${id.slice(0, -ulid.length)}8${ulid.slice(1)}`,
    `${id.slice(0, -1)}-`,
    ulid,
    'x',
    '%00',
    '..%2f..',
  ]
}
