import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from '../conformance/world.js'
import { createKey } from '../support/key.js'
import { expectRefusal } from '../support/refusal.js'
import { type Account, startServer, type TestServer } from '../support/server.js'
import { GUARDED, makeCall, sendAs } from './every-operation.js'

const RANK = ['read', 'write', 'admin'] as const

let server: TestServer
let world: World
beforeAll(async () => {
  server = await startServer()
  world = await createWorld(server)
})
afterAll(() => server.stop())

describe.each(RANK)('a key of scope %s', (scope) => {
  let key: Account
  beforeAll(async () => {
    key = await createKey(server, server.account, '--scope', scope)
  })

  it.each(GUARDED)('$operationId asks for no more and no less than its scope', async (operation) => {
    const call = await makeCall(operation, world)
    const answer = await sendAs(world, key, operation, call)
    if (RANK.indexOf(operation.scope) <= RANK.indexOf(scope)) expect(answer.status).toBe(call.status)
    else expectRefusal(answer, 403, 20403, new RegExp(`scope ${scope}.*needs ${operation.scope}`))
  })
})

it('needs nothing but to read for what changes nothing, and admin for stores and settings', () => {
  for (const { method, url, scope, operationId } of GUARDED) {
    if (scope === 'read') expect(['GET', 'POST'], operationId).toContain(method)
    if (method !== 'GET' && url.startsWith('/v1/ControlPlane')) expect(scope, operationId).toBe('admin')
  }
})
