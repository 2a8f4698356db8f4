import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/trait-group.js'
import { createTraitGroup, listTraitGroups } from '../../domain/trait-group.js'
import { addStoreOperation } from '../call.js'
import { sendAccepted } from '../links.js'

export function addTraitGroupRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.listTraitGroups, async ({ scope, query }) => {
    const { items, meta } = await listTraitGroups(ctx, scope, query)
    return { traitGroups: items, meta }
  })
  addStoreOperation(app, ctx, contract.createTraitGroup, async (call) => {
    const operationId = await createTraitGroup(ctx, call.scope, call.actor, call.body)
    return sendAccepted(ctx, call, operationId, 'TraitGroup creation request accepted.')
  })
}
