import { expect, it } from 'vitest'
import { buildOpenApiDocument } from '../../src/contract/openapi.js'
import { describeWithOfficialDocument } from '../support/official-document.js'
import { compareOperations } from './compare.js'
import { DEVIATIONS, findDeviation } from './deviations.js'
import { listOperations, type OpenApiDocument } from './open-api.js'

describeWithOfficialDocument('openapi.json beside the official document', (official) => {
  const ours = buildOpenApiDocument('0') as OpenApiDocument
  const officialOperations = new Map(listOperations(official).map((operation) => [operation.operationId, operation]))
  const ourOperations = listOperations(ours)
  const shared = ourOperations.filter(({ operationId }) => officialOperations.has(operationId))
  const differencesOf = (operationId: string) => {
    const one = officialOperations.get(operationId)
    const other = ourOperations.find((operation) => operation.operationId === operationId)
    return one && other ? compareOperations({ official, ours }, one, other) : []
  }

  it('is read whole', () => {
    expect(officialOperations.size).toBe(46)
    expect(shared.length).toBeGreaterThan(0)
  })

  it.each(shared.map(({ operationId }) => operationId))('%s is as documented, or differs on purpose', (operationId) => {
    const unmeant = differencesOf(operationId).filter((difference) => findDeviation(difference) === undefined)
    expect(unmeant).toEqual([])
  })

  it('puts everything of its own under /recollect/v1/', () => {
    const own = ourOperations.filter(({ operationId }) => !officialOperations.has(operationId))
    expect(own.filter(({ path }) => !path.startsWith('/recollect/v1/')).map(({ operationId }) => operationId)).toEqual(
      [],
    )
  })

  it('lists no deviation that is none', () => {
    const differences = shared.flatMap(({ operationId }) => differencesOf(operationId))
    const existing = new Set(shared.map(({ operationId }) => operationId))
    const stale = DEVIATIONS.flatMap(({ operations, where, reason }) => {
      const applied = differences.filter((difference) => where.test(difference.where))
      if (operations === undefined) return applied.length === 0 ? [reason] : []
      const differing = new Set(applied.map(({ operationId }) => operationId))
      return operations.filter((id) => existing.has(id) && !differing.has(id)).map((id) => `${id}: ${reason}`)
    })
    expect(stale).toEqual([])
  })
})
