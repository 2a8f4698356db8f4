import { OPERATIONS } from '../../src/contract/operations.js'
import type { Call } from '../conformance/exercises/exercise.js'
import { EXERCISES } from '../conformance/exercises/index.js'
import type { World } from '../conformance/world.js'
import { type Answer, createApi } from '../support/api.js'
import type { Account } from '../support/server.js'

/** Operations that credentials are asked for; an upload URL is its own. */
export const GUARDED = OPERATIONS.filter(({ anonymous }) => anonymous !== true)

export type Operation = (typeof OPERATIONS)[number]

/** A call of an operation that succeeds with the account's credentials. An operation without an exercise fails here. */
export async function makeCall({ operationId }: Operation, world: World): Promise<Call> {
  const exercise = EXERCISES[operationId]
  if (exercise === undefined) throw new Error(`test/conformance/exercises does not exercise ${operationId}`)
  return exercise.success(world)
}

/** Where a call goes, without its origin. */
export function pathOf({ url }: Pick<Operation, 'url'>, { params = {}, query = {} }: Pick<Call, 'params' | 'query'>) {
  const search = new URLSearchParams(query).toString()
  const path = url.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  return search === '' ? path : `${path}?${search}`
}

export function sendAs({ server }: World, account: Account, operation: Operation, call: Call): Promise<Answer> {
  return createApi(server, account)(operation.method, pathOf(operation, call), call.body, { ...call.headers })
}

/** Whether an operation is in a store. */
export function isInStore({ url }: Pick<Operation, 'url'>): boolean {
  return url.includes(':storeId')
}
