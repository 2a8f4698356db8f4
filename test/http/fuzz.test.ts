import * as fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { OPERATIONS } from '../../src/contract/operations.js'
import { anyPathPart, anyQuery, anyValueOf, type Schema } from '../support/any-value.js'
import type { Answer } from '../support/api.js'
import { createProfile } from '../support/profile.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useOwnServer } from '../support/use-server.js'

const { server, api, store } = useOwnServer()

const RUNS = 15

/** Ids that exist, by the name of the path parameter. */
const known: Record<string, string[]> = { traitGroupName: ['Contact', 'Nope'], idType: ['email', 'phone', 'nope'] }

beforeAll(async () => {
  const profile = await createProfile(api, store(), { Contact: { email: 'fuzz@example.com' } })
  const base = `/v1/Stores/${store()}/Profiles/${profile}`
  const occurredAt = new Date().toISOString()
  await api('POST', `${base}/Observations`, { observations: [{ content: 'likes tea', source: 'test', occurredAt }] })
  known.storeId = [...new Array<string>(9).fill(store()), UNKNOWN.store]
  known.profileId = [...new Array<string>(9).fill(profile), UNKNOWN.profile]
  known.observationId = (await api('GET', `${base}/Observations`)).body.observations.map(({ id }: { id: string }) => id)
})

/** Mostly ids that exist or are well-formed, sometimes anything. */
function anyPath(url: string, params: Schema | undefined): fc.Arbitrary<string> {
  const parts = url.split('/').map((part) => {
    if (!part.startsWith(':')) return fc.constant(part)
    const name = part.slice(1)
    return anyPathPart(params?.properties?.[name] ?? {}, known[name])
  })
  return fc.tuple(...parts).map((filled) => filled.join('/'))
}

function expectAnswer(answer: Answer): void {
  if (answer.status >= 400) expectRefusal(answer, answer.status)
  expect(answer.status).toBeLessThan(500)
}

// Deletions come last, and that of the store, which would take the ground from under them, not at all.
const operations = OPERATIONS.filter(({ operationId }) => operationId !== 'DeleteStore').toSorted(
  (a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'),
)

it.each(operations.map((operation) => [operation.operationId, operation] as const))(
  '%s answers any input without failing',
  async (_, { method, url, params, query, body }) => {
    const call = fc.record({
      path: anyPath(url, params as Schema | undefined),
      query: query === undefined ? fc.constant('') : anyQuery(query as Schema),
      body: body === undefined ? fc.constant(undefined) : anyValueOf(body as Schema),
    })
    await fc.assert(
      fc.asyncProperty(call, async (input) => {
        expectAnswer(await api(method, input.path + input.query, input.body))
      }),
      { numRuns: RUNS },
    )
    expect(server().logLines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  },
)
