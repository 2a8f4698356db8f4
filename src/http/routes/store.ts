import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/store.js'
import { createStore, fetchStore, listStores } from '../../domain/store.js'
import { addOperation } from '../call.js'
import { sendAccepted, sendVersioned } from '../links.js'

export function addStoreRoutes(app: FastifyInstance, ctx: Context): void {
  addOperation(app, contract.listStores, async ({ actor, query }) => {
    const { items, meta } = await listStores(ctx, actor.accountSid, query)
    return { stores: items, meta }
  })
  addOperation(app, contract.createStore, async (call) => {
    const operationId = await createStore(ctx, call.actor, call.body)
    return sendAccepted(ctx, call, operationId, 'Memory Store creation accepted for processing.')
  })
  addOperation(app, contract.fetchStore, async ({ actor, params, reply }) =>
    sendVersioned(reply, await fetchStore(ctx, actor.accountSid, params.storeId)),
  )
}
