import swagger, { type FastifyStaticSwaggerOptions } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import { buildOpenApiDocument } from '../../contract/openapi.js'
import { readVersion } from '../../version.js'
import { originOf } from '../links.js'
import { PAGE_POLICY } from '../security-headers.js'

/** `/openapi.json`, and `/docs` as a page of it. */
export async function addDocumentation(app: FastifyInstance, ctx: Context): Promise<void> {
  const version = readVersion()
  app.get('/openapi.json', async (request) => buildOpenApiDocument(version, originOf(ctx, request)))
  const specification = { document: buildOpenApiDocument(version) } as FastifyStaticSwaggerOptions['specification']
  await app.register(swagger, { mode: 'static', specification })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: PAGE_POLICY, uiConfig: { tryItOutEnabled: true } })
}
