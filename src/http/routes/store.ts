import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/store.js'
import { createStore, deleteStore, fetchStore, listStores, patchStore } from '../../domain/store.js'
import { fetchStoreCounts } from '../../domain/store-counts.js'
import { addOperation, addStoreOperation } from '../call.js'
import { sendAccepted, sendVersioned } from '../links.js'

export function addStoreRoutes(app: FastifyInstance, ctx: Context): void {
  addOperation(app, ctx, contract.listStores, async ({ principal, query }) => {
    const { items, meta } = await listStores(ctx, principal, query)
    return { stores: items, meta }
  })
  addOperation(app, ctx, contract.createStore, async (call) => {
    const operationId = await createStore(ctx, call.actor, call.body)
    return sendAccepted(ctx, call, operationId, 'Memory Store creation accepted for processing.')
  })
  addOperation(app, ctx, contract.fetchStore, async ({ actor, params, reply }) =>
    sendVersioned(reply, await fetchStore(ctx, actor.accountSid, params.storeId)),
  )
  addOperation(app, ctx, contract.patchStore, async (call) => {
    const { actor, params, body, ifMatch } = call
    const operationId = await patchStore(ctx, actor, params.storeId, body, ifMatch)
    return sendAccepted(ctx, call, operationId, 'Memory Store update request accepted for processing.')
  })
  addOperation(app, ctx, contract.deleteStore, async (call) => {
    const operationId = await deleteStore(ctx, call.actor, call.params.storeId)
    return sendAccepted(ctx, call, operationId, 'Memory Store deletion request accepted for processing.')
  })
  addStoreOperation(app, ctx, contract.fetchStoreCounts, async ({ scope }) => fetchStoreCounts(ctx, scope))
}
