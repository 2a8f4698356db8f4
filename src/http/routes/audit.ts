import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/audit.js'
import { listAudit } from '../../domain/audit.js'
import { addOperation } from '../call.js'

export function addAuditRoutes(app: FastifyInstance, ctx: Context): void {
  addOperation(app, ctx, contract.listAudit, async ({ principal, query }) => {
    const { items, meta } = await listAudit(ctx, principal, query)
    return { entries: items, meta }
  })
}
