import type { Static } from 'typebox'
import type { ErrorBody, ListMeta } from '../src/contract/common.js'
import { type Credentials, credentials, signOut } from './session.js'

/** A refusal or a failure, in words for people. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'

  constructor(
    message: string,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
  ) {
    super(message)
  }
}

interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly ifMatch?: string | undefined
  /** Instead of those who are signed in. */
  readonly as?: Credentials
}

function basic({ username, password }: Credentials): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

function addressOf(path: string, query: Request['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

/** Sends a request to this server's API. @throws ApiFailure */
export async function sendRaw(path: string, request: Request = {}): Promise<Response> {
  const { method = 'GET', query, body, ifMatch, as = credentials() } = request
  let response: Response
  try {
    response = await fetch(addressOf(path, query), {
      method,
      // With it the browser would ask for a password itself.
      credentials: 'omit',
      headers: {
        ...(as && { authorization: basic(as) }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch {
    throw new ApiFailure('The server does not answer. Is it running, and can this browser reach it?', 0)
  }
  if (response.ok) return response
  const failure = await toFailure(response)
  if (response.status === 401 && request.as === undefined) signOut()
  throw failure
}

async function toFailure(response: Response): Promise<ApiFailure> {
  const body = (await response.json().catch(() => undefined)) as Static<typeof ErrorBody> | undefined
  return new ApiFailure(body?.message ?? `The server answered ${response.status}.`, response.status)
}

/** Sends a request and reads its JSON. @throws ApiFailure */
export async function send<T>(path: string, request: Request = {}): Promise<T> {
  return (await sendRaw(path, request)).json() as Promise<T>
}

/** A resource with the tag of its version, for a conditional change. */
export interface Tagged<T> {
  readonly value: T
  readonly etag: string | undefined
}

/** As `send`, with the ETag. @throws ApiFailure */
export async function sendTagged<T>(path: string): Promise<Tagged<T>> {
  const response = await sendRaw(path)
  return { value: (await response.json()) as T, etag: response.headers.get('etag') ?? undefined }
}

export type Meta = Static<typeof ListMeta>

/** All items of a list, page by page. */
export async function sendAll<Key extends string, Item>(
  path: string,
  key: Key,
  query: Request['query'] = {},
): Promise<Item[]> {
  const items: Item[] = []
  let pageToken: string | undefined
  do {
    const page = await send<Record<Key, Item[]> & { meta: Meta }>(path, { query: { ...query, pageToken } })
    items.push(...page[key])
    pageToken = page.meta.nextToken
  } while (pageToken !== undefined)
  return items
}

/** What went wrong, for people. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
