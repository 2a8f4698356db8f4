import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/profile.js'
import { upsertProfilesInBulk } from '../../domain/bulk.js'
import {
  createProfile,
  deleteProfile,
  fetchProfile,
  listProfiles,
  lookupProfiles,
  patchProfile,
} from '../../domain/profile.js'
import { listProfileTraits } from '../../domain/profile-traits.js'
import { addStoreOperation } from '../call.js'

const JSON_TYPE = 'application/json; charset=utf-8'

export function addProfileRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.listProfiles, async ({ scope, query }) => {
    const { items, meta } = await listProfiles(ctx, scope, query)
    return { profiles: items, meta }
  })
  addStoreOperation(app, ctx, contract.createProfile, async ({ scope, actor, body, reply }) => {
    const id = await createProfile(ctx, scope, actor, body)
    return reply.code(202).send({ id, message: 'Profile resolved and accepted for processing.' })
  })
  addStoreOperation(app, ctx, contract.fetchProfile, async ({ scope, params, query, reply }) =>
    reply.type(JSON_TYPE).send(await fetchProfile(ctx, scope, params.profileId, query.traitGroups)),
  )
  addStoreOperation(app, ctx, contract.patchProfile, async ({ scope, actor, params, body, reply }) => {
    await patchProfile(ctx, scope, actor, params.profileId, body)
    return reply.code(202).send({ message: 'Trait modifications accepted for processing.' })
  })
  addStoreOperation(app, ctx, contract.deleteProfile, async ({ scope, actor, params, reply }) => {
    await deleteProfile(ctx, scope, actor, params.profileId)
    return reply.code(202).send({ message: 'Profile accepted for deletion.' })
  })
  addStoreOperation(app, ctx, contract.listProfileTraits, async ({ scope, params, query }) => {
    const { items, meta } = await listProfileTraits(ctx, scope, params.profileId, query)
    return { traits: items, meta }
  })
  addStoreOperation(app, ctx, contract.lookupProfiles, async ({ scope, body }) => lookupProfiles(ctx, scope, body))
  addStoreOperation(
    app,
    ctx,
    contract.upsertProfilesInBulk,
    async ({ scope, actor, body, reply }) => {
      await upsertProfilesInBulk(ctx, scope, actor, body.profiles)
      return reply.code(202).send({ message: 'Profile batch accepted for processing.' })
    },
    { bodyLimit: ctx.config.bulkBodyLimitBytes },
  )
}
