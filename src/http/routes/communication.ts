import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/communication.js'
import { listCommunications, putCommunications } from '../../domain/communication.js'
import { addStoreOperation } from '../call.js'

export function addCommunicationRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(
    app,
    ctx,
    contract.putCommunications,
    async ({ scope, actor, params, body, reply }) => {
      await putCommunications(ctx, scope, actor, params.conversationId, body.communications)
      return reply.code(202).send({ message: 'Communications accepted' })
    },
    { bodyLimit: ctx.config.bulkBodyLimitBytes },
  )
  addStoreOperation(app, ctx, contract.listCommunications, async ({ scope, params, query }) => {
    const { items, meta } = await listCommunications(ctx, scope, params.conversationId, query)
    return { communications: items, meta }
  })
}
