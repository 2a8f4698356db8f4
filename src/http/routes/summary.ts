import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/summary.js'
import { createSummaries, deleteSummary, fetchSummary, listSummaries, patchSummary } from '../../domain/summary.js'
import { addStoreOperation } from '../call.js'
import { markCanonical } from '../links.js'

export function addSummaryRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.listSummaries, async ({ scope, params, query }) => {
    const { items, meta } = await listSummaries(ctx, scope, params.profileId, query)
    return { summaries: items, meta }
  })
  addStoreOperation(app, ctx, contract.createSummaries, async ({ scope, actor, params, body, reply }) => {
    await createSummaries(ctx, scope, actor, params.profileId, body.summaries)
    return reply.code(202).send({ message: 'Summaries creation accepted' })
  })
  addStoreOperation(app, ctx, contract.fetchSummary, async ({ scope, params, reply }) => {
    const { value, profileId } = await fetchSummary(ctx, scope, params.profileId, params.summaryId)
    return markCanonical(reply, params.profileId, profileId).send(value)
  })
  addStoreOperation(app, ctx, contract.patchSummary, async ({ scope, actor, params, body, reply }) => {
    await patchSummary(ctx, scope, actor, params.profileId, params.summaryId, body)
    return reply.code(202).send({ message: 'Conversation summary update accepted' })
  })
  addStoreOperation(app, ctx, contract.deleteSummary, async ({ scope, actor, params, reply }) => {
    await deleteSummary(ctx, scope, actor, params.profileId, params.summaryId)
    return reply.code(202).send({ message: 'Conversation summary deletion accepted' })
  })
}
