import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import { CONTROL_PLANE_PAGE } from '../../contract/common.js'
import * as contract from '../../contract/trait-group.js'
import {
  createTraitGroup,
  deleteTraitGroup,
  fetchTraitGroup,
  listTraitGroups,
  patchTraitGroup,
} from '../../domain/trait-group.js'
import { badRequest } from '../../errors.js'
import { addStoreOperation } from '../call.js'
import { sendAccepted, sendVersioned } from '../links.js'

export function addTraitGroupRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.listTraitGroups, async ({ scope, query }) => {
    const { items, meta } = await listTraitGroups(ctx, scope, query)
    return { traitGroups: items, meta }
  })
  addStoreOperation(app, ctx, contract.createTraitGroup, async (call) => {
    const operationId = await createTraitGroup(ctx, call.scope, call.actor, call.body)
    return sendAccepted(ctx, call, operationId, 'TraitGroup creation request accepted.')
  })
  addStoreOperation(app, ctx, contract.fetchTraitGroup, async ({ scope, params, query, reply }) => {
    if (query.pageToken !== undefined) throw badRequest('pageToken is not a token of this trait group: it has one page')
    const { value, ...version } = await fetchTraitGroup(ctx, scope, params.traitGroupName, query.includeTraits ?? true)
    // At most 95 definitions: they all go into one answer, so the page is always the last.
    const meta = { key: 'traitGroup', pageSize: query.pageSize ?? CONTROL_PLANE_PAGE.defaultSize }
    return sendVersioned(reply, { ...version, value: { traitGroup: value, meta } })
  })
  addStoreOperation(app, ctx, contract.patchTraitGroup, async (call) => {
    const { scope, actor, params, body, ifMatch } = call
    const operationId = await patchTraitGroup(ctx, scope, actor, params.traitGroupName, body, ifMatch)
    return sendAccepted(ctx, call, operationId, 'TraitGroup update request accepted.')
  })
  addStoreOperation(app, ctx, contract.deleteTraitGroup, async (call) => {
    const operationId = await deleteTraitGroup(ctx, call.scope, call.actor, call.params.traitGroupName)
    return sendAccepted(ctx, call, operationId, 'TraitGroup deletion request accepted.')
  })
}
