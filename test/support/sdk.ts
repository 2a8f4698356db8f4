import twilio from 'twilio'
import type { Account, TestServer } from './server.js'

export type SdkClient = ReturnType<typeof twilio>
/** The Memory API of the SDK. */
export type Memory = SdkClient['memory']['v1']

/** What the SDK throws for a refusal. */
export const RestException = twilio.RestException

/** The official SDK, pointed at a server with the one line its users need. */
export function createSdkClient(
  server: Pick<TestServer, 'url' | 'account'>,
  account: Account = server.account,
): SdkClient {
  const client = twilio(account.sid, account.token)
  client.memory.baseUrl = server.url
  return client
}

/** The error that a call of the SDK ends with. */
export async function refusalOf(call: Promise<unknown>): Promise<InstanceType<typeof RestException>> {
  const error = await call.then(
    () => new Error('the call was not refused'),
    (reason: unknown) => reason,
  )
  if (error instanceof RestException) return error
  throw error
}

/** A part of an answer that the SDK's types leave optional. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer lacks a part')
  return value
}
