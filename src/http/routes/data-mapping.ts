import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/data-mapping.js'
import {
  createDataMapping,
  deleteDataMapping,
  fetchDataMapping,
  listDataMappings,
  patchDataMapping,
} from '../../domain/data-mapping.js'
import { addStoreOperation } from '../call.js'
import { sendAccepted, sendVersioned } from '../links.js'

export function addDataMappingRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.listDataMappings, async ({ scope, query }) => {
    const { items, meta } = await listDataMappings(ctx, scope, query)
    return { dataMappings: items, meta }
  })
  addStoreOperation(app, ctx, contract.createDataMapping, async (call) => {
    const operationId = await createDataMapping(ctx, call.scope, call.actor, call.body)
    return sendAccepted(ctx, call, operationId, 'Data mapping creation request accepted for processing.')
  })
  addStoreOperation(app, ctx, contract.fetchDataMapping, async ({ scope, params, reply }) =>
    sendVersioned(reply, await fetchDataMapping(ctx, scope, params.dataMappingId)),
  )
  addStoreOperation(app, ctx, contract.patchDataMapping, async (call) => {
    const { scope, actor, params, body, ifMatch } = call
    const operationId = await patchDataMapping(ctx, scope, actor, params.dataMappingId, body, ifMatch)
    return sendAccepted(ctx, call, operationId, 'Data mapping update request accepted for processing.')
  })
  addStoreOperation(app, ctx, contract.deleteDataMapping, async (call) => {
    const operationId = await deleteDataMapping(ctx, call.scope, call.actor, call.params.dataMappingId)
    return sendAccepted(ctx, call, operationId, 'Data mapping deletion request accepted for processing.')
  })
}
