import swagger, { type FastifyStaticSwaggerOptions } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import { buildOpenApiDocument } from '../../contract/openapi.js'
import { readVersion } from '../../version.js'
import { originOf } from '../links.js'
import { PAGE_POLICY } from '../security-headers.js'

/** The one style element that swagger-ui 5 adds by itself. */
const SWAGGER_STYLE = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='"
const DOCS_POLICY = PAGE_POLICY.replace("style-src 'self'", `style-src 'self' ${SWAGGER_STYLE}`)

/** `/openapi.json`, and `/docs` as a page of it. */
export async function addDocumentation(app: FastifyInstance, ctx: Context): Promise<void> {
  const version = readVersion()
  // Made once for the origin that is asked by, and shared by all answers on their way.
  let latest = { origin: '', document: Buffer.alloc(0) }
  app.get('/openapi.json', async (request, reply) => {
    const origin = originOf(ctx, request)
    if (latest.origin !== origin) {
      latest = { origin, document: Buffer.from(JSON.stringify(buildOpenApiDocument(version, origin))) }
    }
    return reply.type('application/json; charset=utf-8').send(latest.document)
  })
  const specification = { document: buildOpenApiDocument(version) } as FastifyStaticSwaggerOptions['specification']
  await app.register(swagger, { mode: 'static', specification })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY, uiConfig: { tryItOutEnabled: true } })
}
