import { setTimeout as sleep } from 'node:timers/promises'
import type { Account, TestServer } from './server.js'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged field by field in tests.
  readonly body: any
}

export type Api = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

export function basic({ sid, token }: Account): string {
  return `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`
}

/** Plain HTTP with the server's account (or another): redirects are not followed, bodies are parsed. */
export function createApi(server: Pick<TestServer, 'url' | 'account'>, account: Account = server.account): Api {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(path.startsWith('http') ? path : server.url + path, {
      method,
      redirect: 'manual',
      headers: {
        authorization: basic(account),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text }
  }
}

let stores = 0

/** A new store of the account; resolves with its id. */
export async function createStore(api: Api): Promise<string> {
  stores += 1
  const accepted = await api('POST', '/v1/ControlPlane/Stores', { displayName: `test-${process.pid}-${stores}` })
  const operation = await api('GET', `/v1/ControlPlane/Operations/${accepted.headers.get('operation-id')}`)
  return operation.body.result.id
}

const POLL_MS = 20

/** Asks until `check` likes the answer, for work that goes on behind it. */
export async function eventually<T>(work: () => Promise<T>, check: (result: T) => boolean, ms = 10_000): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const asked = performance.now()
    const result = await work()
    if (check(result)) return result
    if (Date.now() > end) throw new Error(`it did not come about in ${ms} ms; last: ${JSON.stringify(result)}`)
    // What takes long to look at leaves the processor to others at least half of the time.
    await sleep(Math.max(POLL_MS, performance.now() - asked))
  }
}

/** Creates an import, uploads the file and resolves with the import's id. */
export async function uploadCsv(
  api: Api,
  store: string,
  csv: string | Buffer,
  mappings: Record<string, string>,
): Promise<string> {
  const created = await api('POST', `/v1/Stores/${store}/Profiles/Imports`, {
    filename: 'people.csv',
    fileSize: Buffer.byteLength(csv),
    columnMappings: Object.entries(mappings).map(([columnName, trait]) => {
      const [traitGroup, traitName] = trait.split('.')
      return { columnName, traitGroup, traitName }
    }),
  })
  if (created.status !== 201) throw new Error(JSON.stringify(created.body))
  const upload = await fetch(created.body.url, { method: 'PUT', body: csv })
  if (!upload.ok) throw new Error(await upload.text())
  return created.body.importId
}

/** Waits for an import to end and resolves with it. */
export async function importEnd(api: Api, store: string, id: string, ms = 60_000): Promise<Answer> {
  return eventually(
    () => api('GET', `/v1/Stores/${store}/Profiles/Imports/${id}`),
    ({ body }) => body.status === 'COMPLETED' || body.status === 'FAILED',
    ms,
  )
}
