import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import { isReady } from '../../domain/readiness.js'
import { unavailable } from '../../errors.js'

/** For orchestrators and monitoring: no credentials, no personal data. */
export function addHealth(app: FastifyInstance, ctx: Context): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async () => {
    if (!(await isReady(ctx))) throw unavailable('The database is not migrated to this version')
    return { status: 'ok' }
  })
  app.get('/metrics', async (_request, reply) => {
    const { registry } = ctx.metrics
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}
