/** Something a person can mend: printed without a stack. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
}

export interface Connection {
  readonly url: string
  readonly username: string
  readonly password: string
}

/** A request to the public API. @throws DemoError when the answer is neither 2xx nor one of `accept` */
export type Api = <T>(method: string, path: string, body?: unknown, accept?: readonly number[]) => Promise<T>

export function createApi({ url, username, password }: Connection): Api {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return async (method, path, body, accept = []) => {
    const response = await fetch(path.startsWith('http') ? path : url + path, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    if (response.ok || accept.includes(response.status)) return answer as never
    const { message } = answer as { message?: string }
    throw new DemoError(`${method} ${path} answers ${response.status}: ${message ?? 'no reason given'}`)
  }
}

/** Does `work` for every item, several at a time. */
export async function forEach<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.entries()
  const lane = async () => {
    for (const [index, item] of queue) await work(item, index)
  }
  await Promise.all(Array.from({ length: 8 }, lane))
}
