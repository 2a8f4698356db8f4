import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildOpenApiDocument } from '../../src/contract/openapi.js'
import type { Answer } from '../support/api.js'
import { describeWithOfficialDocument } from '../support/official-document.js'
import { startServer, type TestServer } from '../support/server.js'
import type { Call } from './exercises/exercise.js'
import { EXERCISES } from './exercises/index.js'
import { closeObjects, createJudge, isMeantStatus, judgeAlways } from './judge.js'
import { type DocumentedOperation, isSuccess, listOperations, type OpenApiDocument } from './open-api.js'
import { BODY_LIMIT_BYTES, deriveRefusals, type Refused } from './refusals.js'
import { addressOf, send } from './send.js'
import { createWorld, type World } from './world.js'

const ours = buildOpenApiDocument('0') as OpenApiDocument

describeWithOfficialDocument('answers of the server', (official) => {
  let server: TestServer
  let world: World
  beforeAll(async () => {
    server = await startServer({
      env: {
        RECOLLECT_BODY_LIMIT_BYTES: `${BODY_LIMIT_BYTES}`,
        RECOLLECT_BULK_BODY_LIMIT_BYTES: `${BODY_LIMIT_BYTES}`,
      },
    })
    world = await createWorld(server)
  })
  afterAll(() => server.stop())

  const officialJudge = createJudge(official)
  const ourJudge = createJudge(closeObjects(ours))

  /** Everything that is wrong with an answer: by the official document, by our own, and by what always holds. */
  function findProblems({ operationId }: DocumentedOperation, call: Call & { name: string }, answer: Answer): string[] {
    const isOfficial = officialJudge.operations.has(operationId) && !isMeantStatus(operationId, answer.status)
    const problems = [
      ...(answer.status === call.status ? [] : [`status ${answer.status} instead of ${call.status}`]),
      ...(isOfficial ? officialJudge.judge(operationId, answer) : []),
      ...ourJudge.judge(operationId, answer).map((problem) => `by openapi.json: ${problem}`),
      ...judgeAlways(answer, server.url),
    ]
    return problems.map((problem) => `${call.name}: ${problem} (${JSON.stringify(answer.body).slice(0, 200)})`)
  }

  describe.each([...ourJudge.operations.values()].map((operation) => [operation.operationId, operation] as const))(
    '%s',
    (operationId, operation) => {
      const exercise = EXERCISES[operationId]
      const document = officialJudge.operations.has(operationId) ? official : ours
      const reference = listOperations(document).find((candidate) => candidate.operationId === operationId) ?? operation

      it('answers as documented', async () => {
        if (exercise === undefined) throw new Error(`test/conformance/exercises has no exercise for ${operationId}`)
        const problems: string[] = []
        for (const [name, make] of Object.entries({ success: exercise.success, ...exercise.others })) {
          const call = await make(world)
          problems.push(...findProblems(operation, { name, ...call }, await send(server, operation, call)))
          if (name === 'success' && !isSuccess(call.status)) problems.push('the success is none')
        }
        expect(problems).toEqual([])
      })

      it.skipIf(!operation.path.includes('{profileId}'))('answers for a merged profile as documented', async () => {
        const problems: string[] = []
        const valid = (await exercise?.success(world)) ?? { status: 0 }
        const moved = Object.keys(reference.responses).find((status) => status === '301' || status === '308')
        const params = { ...valid.params, profileId: world.merged }
        const call = { ...valid, name: 'merged profile', params, status: Number(moved ?? valid.status) }
        const answer = await send(server, operation, call)
        problems.push(...findProblems(operation, call, answer))
        expect(problems).toEqual([])
        expect(answer.headers.get('canonical-profile-id')).toBe(world.profile)
        if (moved === undefined) return
        const address = addressOf(server, operation, { ...call, params: { ...params, profileId: world.profile } })
        expect(answer.headers.get('location')).toBe(address)
        expect(answer.body).toEqual({ message: 'This resource has moved.', uri: address })
      })

      it.skipIf(exercise?.signed)('refuses what the document does not allow', async () => {
        const problems: string[] = []
        const valid = (await exercise?.success(world)) ?? { status: 0 }
        const refusals = deriveRefusals(document, reference, valid)
        for (const refused of refusals) {
          const answer = await send(server, operation, refused)
          problems.push(...findProblems(operation, refused, answer), ...judgeRefusal(refused, answer))
        }
        const call = { name: 'the valid call after all refusals', ...valid }
        problems.push(...findProblems(operation, call, await send(server, operation, call)))
        expect(problems).toEqual([])
      })
    },
  )

  it('has no exercise for an operation that is in neither document', () => {
    const known = new Set([...officialJudge.operations.keys(), ...ourJudge.operations.keys()])
    expect(Object.keys(EXERCISES).filter((operationId) => !known.has(operationId))).toEqual([])
  })
})

function judgeRefusal({ name, code, names }: Refused, { body }: Answer): string[] {
  const problems: string[] = []
  if (code !== undefined && body.code !== code) problems.push(`${name}: code ${body.code} instead of ${code}`)
  if (names !== undefined && !String(body.message).includes(names)) {
    problems.push(`${name}: the message does not name ${names}: ${body.message}`)
  }
  return problems
}
