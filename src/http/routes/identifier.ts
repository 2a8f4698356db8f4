import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/identifier.js'
import {
  createIdentifier,
  deleteIdentifier,
  fetchIdentifier,
  listHubs,
  listIdentifiers,
  listMerges,
  patchIdentifier,
} from '../../domain/identifier.js'
import { addStoreOperation } from '../call.js'

export function addIdentifierRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.listIdentifiers, async ({ scope, params }) => ({
    identifiers: await listIdentifiers(ctx, scope, params.profileId),
  }))
  addStoreOperation(app, ctx, contract.createIdentifier, async ({ scope, actor, params, body, reply }) => {
    await createIdentifier(ctx, scope, actor, params.profileId, body)
    return reply.code(202).send({ message: 'Identifier accepted for processing.' })
  })
  addStoreOperation(app, ctx, contract.fetchIdentifier, async ({ scope, params }) =>
    fetchIdentifier(ctx, scope, params.profileId, params.idType),
  )
  addStoreOperation(app, ctx, contract.patchIdentifier, async ({ scope, actor, params, body, reply }) => {
    await patchIdentifier(ctx, scope, actor, params.profileId, params.idType, body)
    return reply.code(202).send({ message: 'Identifier update accepted.' })
  })
  addStoreOperation(app, ctx, contract.deleteIdentifier, async ({ scope, actor, params, query, reply }) => {
    await deleteIdentifier(ctx, scope, actor, params.profileId, params.idType, query.removeAll ?? false)
    return reply.code(202).send({ message: 'Identifier removal accepted.' })
  })
  addStoreOperation(app, ctx, contract.listMerges, async ({ scope, params, query }) => {
    const { items, meta } = await listMerges(ctx, scope, params.profileId, query)
    return { merges: items, meta }
  })
  addStoreOperation(app, ctx, contract.listHubs, async ({ scope, query }) => {
    const { items, meta } = await listHubs(ctx, scope, query)
    return { hubs: items, meta }
  })
}
