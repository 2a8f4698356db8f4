import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/retention.js'
import { fetchRetention, replaceRetention } from '../../domain/retention.js'
import { addStoreOperation } from '../call.js'
import { sendVersioned } from '../links.js'

export function addRetentionRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.fetchRetention, async ({ scope, reply }) =>
    sendVersioned(reply, await fetchRetention(ctx, scope)),
  )
  addStoreOperation(app, ctx, contract.replaceRetention, async ({ scope, actor, body, ifMatch, reply }) =>
    sendVersioned(reply, await replaceRetention(ctx, scope, actor, body, ifMatch)),
  )
}
