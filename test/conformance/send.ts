import { type Answer, basic } from '../support/api.js'
import type { TestServer } from '../support/server.js'
import type { Call } from './exercises/exercise.js'
import type { DocumentedOperation } from './open-api.js'
import type { Refused } from './refusals.js'

/** Where a call goes. */
export function addressOf(
  server: TestServer,
  { path }: DocumentedOperation,
  { params = {}, query = {} }: Call,
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams(query).toString()
  return `${server.url}${filled}${search === '' ? '' : `?${search}`}`
}

/** Sends a call of an operation as its path and method say. */
export async function send(server: TestServer, operation: DocumentedOperation, call: Call | Refused): Promise<Answer> {
  const { rawBody, credentials } = { rawBody: undefined, credentials: undefined, ...call }
  const body =
    rawBody ?? (typeof call.body === 'object' || call.body === undefined ? JSON.stringify(call.body) : call.body)
  const response = await fetch(addressOf(server, operation, call), {
    method: operation.method,
    redirect: 'manual',
    headers: {
      ...authorize(server, credentials),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(body !== undefined && { body: String(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

function authorize({ account, stranger }: TestServer, credentials: Refused['credentials']): Record<string, string> {
  switch (credentials) {
    case 'none':
      return {}
    case 'stranger':
      return { authorization: basic(stranger) }
    case 'wrong':
      return { authorization: basic({ ...account, token: 'wrong' }) }
    case 'bearer':
      return { authorization: `Bearer ${account.token}` }
    default:
      return { authorization: basic(account) }
  }
}
