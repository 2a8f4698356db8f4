import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/observation.js'
import {
  createObservations,
  deleteObservation,
  fetchObservation,
  listObservations,
  listRevisions,
  patchObservation,
} from '../../domain/observation.js'
import { addStoreOperation } from '../call.js'
import { markCanonical } from '../links.js'

export function addObservationRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.listObservations, async ({ scope, params, query }) => {
    const { items, meta } = await listObservations(ctx, scope, params.profileId, query)
    return { observations: items, meta }
  })
  addStoreOperation(app, ctx, contract.createObservations, async ({ scope, actor, params, body, reply }) => {
    await createObservations(ctx, scope, actor, params.profileId, body.observations)
    return reply.code(202).send({ message: 'Observations creation accepted' })
  })
  addStoreOperation(app, ctx, contract.fetchObservation, async ({ scope, params, reply }) => {
    const { value, profileId } = await fetchObservation(ctx, scope, params.profileId, params.observationId)
    return markCanonical(reply, params.profileId, profileId).send(value)
  })
  addStoreOperation(app, ctx, contract.patchObservation, async ({ scope, actor, params, body, reply }) => {
    await patchObservation(ctx, scope, actor, params.profileId, params.observationId, body)
    return reply.code(202).send({ message: 'Observation update accepted' })
  })
  addStoreOperation(app, ctx, contract.deleteObservation, async ({ scope, actor, params, reply }) => {
    await deleteObservation(ctx, scope, actor, params.profileId, params.observationId)
    return reply.code(202).send({ message: 'Observation deletion accepted' })
  })
  addStoreOperation(app, ctx, contract.listRevisions, async ({ scope, params, query, reply }) => {
    const { value, profileId } = await listRevisions(ctx, scope, params.profileId, params.observationId, query)
    return markCanonical(reply, params.profileId, profileId).send({ revisions: value.items, meta: value.meta })
  })
}
