import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/recall.js'
import { explainRecall } from '../../domain/recall/explain.js'
import { recall } from '../../domain/recall/recall.js'
import { addStoreOperation } from '../call.js'

export function addRecallRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.recall, async ({ scope, params, body, reply }) => {
    const { observations, summaries, communications } = await recall(ctx, scope, params.profileId, body)
    const queryTime = Math.round(reply.elapsedTime)
    return { observations, summaries, communications, meta: { queryTime } }
  })
  addStoreOperation(app, ctx, contract.explainRecallOfQuery, async ({ scope, params, query }) =>
    explainRecall(ctx, scope, params.profileId, query),
  )
  addStoreOperation(app, ctx, contract.explainRecall, async ({ scope, params, body }) =>
    explainRecall(ctx, scope, params.profileId, body),
  )
}
