import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { expect, it } from 'vitest'
import {
  ApiError,
  badRequest,
  ProfileMovedError,
  StorageUnavailableError,
  tooManyRequests,
  WorkStoppedError,
} from '../../src/errors.js'
import { describeError } from '../../src/log.js'
import { type Refusal, toError, toRefusal } from '../../src/refusal.js'

/** What another thread gets. */
function send(refusal: Refusal): Refusal {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(refusal)
  const received = receiveMessageOnPort(port2)?.message as Refusal
  port1.close()
  return received
}

it.each([
  ['a refusal of the catalogue', badRequest('traits.Contact.email must be a string')],
  ['one with headers', tooManyRequests('Too many requests', 7)],
  ['an id that was merged', new ProfileMovedError('mem_profile_1', 'mem_profile_2')],
  ['work that is no longer wanted', new WorkStoppedError('import-cancelled')],
  ['a database that is gone', new StorageUnavailableError('ECONNREFUSED')],
])('%s is the same error in another thread', (_, error) => {
  const received = toError(send(toRefusal(error)))
  expect(received).toBeInstanceOf(error.constructor)
  expect({ ...received, message: received.message }).toEqual({ ...error, message: error.message })
})

it('any other error keeps its message and where it came from, and is no refusal', () => {
  const error = new TypeError('cannot read x of undefined')
  const received = toError(send(toRefusal(error)))
  expect(received).not.toBeInstanceOf(ApiError)
  expect({ message: received.message, stack: received.stack }).toEqual({ message: error.message, stack: error.stack })
  expect(toError(toRefusal('thrown as text')).message).toBe('thrown as text')
})

it('of an error of a database, which may quote a value, the log still knows that it is one', () => {
  const error = Object.assign(new Error('invalid input syntax for type json: "ada@example.com"'), {
    code: '22P02',
    severity: 'ERROR',
  })
  const described = describeError(toError(send(toRefusal(error))))
  expect(described.code).toBe('22P02')
  expect(described.message).toBeUndefined()
})
