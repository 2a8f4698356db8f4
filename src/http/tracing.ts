import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ID_PATTERNS } from '../contract/ids.js'
import type { RequestSpan, SpanAttributes, Tracing } from '../tracing.js'

const STORE_ID = new RegExp(ID_PATTERNS.store)

declare module 'fastify' {
  interface FastifyRequest {
    /** What tracing knows of the request; only where there is tracing. */
    span: RequestSpan | undefined
  }
}

/** Gives each request a span: operation, route, store and status; never its path, query or body. */
export function addTracing(app: FastifyInstance, tracing: Tracing): void {
  app.decorateRequest('span', undefined)
  app.addHook('onRequest', (request, _reply, done) => {
    const { config, url } = request.routeOptions
    // Health, metrics and documentation are asked for all the time and are nobody's request.
    if (config?.operationId === undefined && url !== undefined) return done()
    request.span = tracing.request(config?.operationId ?? 'unknown', describe(request), request.headers)
    request.span.enter(done)
  })
  // What comes after the body was read would else belong to its connection.
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.span === undefined) done()
    else request.span.enter(done)
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.span?.end({ 'http.response.status_code': reply.statusCode }, reply.statusCode >= 500)
    done()
  })
}

function describe(request: FastifyRequest): SpanAttributes {
  const { storeId } = (request.params ?? {}) as { storeId?: string }
  return {
    'http.request.method': request.method,
    'http.route': request.routeOptions.url ?? 'unknown',
    'recollect.operation': request.routeOptions.config?.operationId ?? 'unknown',
    'recollect.request_id': request.id,
    // The path may hold anything in its place.
    ...(storeId !== undefined && STORE_ID.test(storeId) && { 'recollect.store': storeId }),
  }
}
