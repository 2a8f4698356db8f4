import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildOpenApiDocument } from '../../src/contract/openapi.js'
import { createSdkClient, type SdkClient } from '../support/sdk.js'
import { startServer, type TestServer } from '../support/server.js'
import { EXERCISES } from './exercises/index.js'
import { listOperations, type OpenApiDocument } from './open-api.js'
import { callWithSdk } from './sdk-calls.js'
import { createWorld, type World } from './world.js'

let server: TestServer
let world: World
let client: SdkClient

beforeAll(async () => {
  server = await startServer()
  world = await createWorld(server)
  client = createSdkClient(server)
})
afterAll(() => server.stop())

const operations = listOperations(buildOpenApiDocument('0') as OpenApiDocument)
  .filter(({ path }) => path.startsWith('/v1/'))
  .map((operation) => [operation.operationId, operation] as const)

describe('the official SDK', () => {
  it.each(operations)('calls %s', async (operationId, { method, path }) => {
    const exercise = EXERCISES[operationId]
    if (exercise === undefined) throw new Error(`test/conformance/exercises has no exercise for ${operationId}`)
    const call = await exercise.success(world)
    const result = await callWithSdk(client.memory.v1, operationId, call)
    expect(result).toBeTypeOf('object')
    const { lastRequest, lastResponse } = client.httpClient ?? {}
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => call.params?.[name] ?? '')
    expect([lastRequest?.method.toUpperCase(), lastRequest?.url]).toEqual([method, server.url + address])
    expect(lastResponse?.statusCode).toBe(call.status)
  })
})
