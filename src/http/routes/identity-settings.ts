import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/identity.js'
import { fetchIdentitySettings, replaceIdentitySettings } from '../../domain/identity/settings.js'
import { addStoreOperation } from '../call.js'
import { sendAccepted, sendVersioned } from '../links.js'

export function addIdentitySettingsRoutes(app: FastifyInstance, ctx: Context): void {
  addStoreOperation(app, ctx, contract.fetchIdentitySettings, async ({ scope, reply }) =>
    sendVersioned(reply, await fetchIdentitySettings(ctx, scope)),
  )
  addStoreOperation(app, ctx, contract.replaceIdentitySettings, async (call) => {
    const operationId = await replaceIdentitySettings(ctx, call.scope, call.actor, call.body, call.ifMatch)
    return sendAccepted(ctx, call, operationId, 'Identity Resolution Settings accepted for processing.')
  })
}
