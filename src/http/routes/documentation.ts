import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../context.js'
import { buildOpenApiDocument } from '../../contract/openapi.js'
import { readVersion } from '../../version.js'
import { originOf } from '../links.js'

/** `/openapi.json`, and `/docs` as a page of it. */
export function addDocumentation(app: FastifyInstance, ctx: Context): void {
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
  const answer = createPageAnswer()
  app.get('/docs', answer)
  app.get('/docs/*', answer)
}

/** What of a request the page answers by. */
const ASKED_BY = new Set(['if-none-match', 'if-modified-since', 'if-range', 'range'])
/** What of its answers is about a connection that does not exist. */
const OF_CONNECTION = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding'])

/** Answers with the page, which is loaded when it is asked for first: it would be a sixth of every start. */
function createPageAnswer(): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  let loading: Promise<FastifyInstance> | undefined
  const load = async () => {
    try {
      const { createDocumentationPage } = await import('../documentation-page.js')
      return await createDocumentationPage()
    } catch (error) {
      // The next request tries again.
      loading = undefined
      throw error
    }
  }
  return async (request, reply) => {
    loading ??= load()
    const page = await loading
    const { statusCode, headers, rawPayload } = await page.inject({
      // Of a HEAD too: the framework leaves the body out, and needs it to say how long it is.
      method: 'GET',
      url: request.url,
      headers: pick(request.headers, (name) => ASKED_BY.has(name)),
    })
    if (statusCode === 404) {
      reply.callNotFound()
      return reply
    }
    return reply
      .code(statusCode)
      .headers(pick(headers, (name) => !OF_CONNECTION.has(name)))
      .send(rawPayload)
  }
}

function pick<T>(headers: Readonly<Record<string, T>>, wanted: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => wanted(name)))
}
