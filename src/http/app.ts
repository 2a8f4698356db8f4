import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import compress from '@fastify/compress'
import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify'
import type { TrustProxy } from '../config/transport.js'
import type { Context } from '../context.js'
import { UPLOAD_PATH } from '../domain/imports/upload.js'
import { badRequest, unavailable } from '../errors.js'
import { createRequestIds } from '../ids.js'
import { addAuthentication, authenticateRequest } from './auth.js'
import { addJsonParser } from './body.js'
import './call.js'
import { limitConnections } from './connections.js'
import { addRefusals, rawRefusal, renderError } from './refusals.js'
import { addAuditRoutes } from './routes/audit.js'
import { addCommunicationRoutes } from './routes/communication.js'
import { addConsole } from './routes/console.js'
import { addDataMappingRoutes } from './routes/data-mapping.js'
import { addDocumentation } from './routes/documentation.js'
import { addHealth } from './routes/health.js'
import { addIdentifierRoutes } from './routes/identifier.js'
import { addIdentitySettingsRoutes } from './routes/identity-settings.js'
import { addImportRoutes } from './routes/import.js'
import { addJobRoutes } from './routes/job.js'
import { addObservationRoutes } from './routes/observation.js'
import { addOperationRoutes } from './routes/operation.js'
import { addProfileRoutes } from './routes/profile.js'
import { addRecallRoutes } from './routes/recall.js'
import { addRetentionRoutes } from './routes/retention.js'
import { addStoreRoutes } from './routes/store.js'
import { addSummaryRoutes } from './routes/summary.js'
import { addTraitGroupRoutes } from './routes/trait-group.js'
import { addUploadRoutes } from './routes/upload.js'
import { addSecurityHeaders, securityHeadersOf } from './security-headers.js'
import { followTls, readTls } from './tls.js'
import { addTracing } from './tracing.js'
import { SCHEMA_CONTROLLER } from './validation.js'

const HEADERS_TIMEOUT_MS = 15_000
const IDLE_TIMEOUT_MS = 30_000
const KEEP_ALIVE_MS = 72_000
const MAX_HEADER_BYTES = 16 * 1024
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i
const MAX_PARAM_LENGTH = 1024
/** Where no handshake came about, nothing can be said either. */
const TLS_ERROR = /^(ERR_SSL|ERR_TLS|EPROTO)/
/** Smaller answers cost more to compress than to send. */
const COMPRESS_FROM_BYTES = 2048

/** Builds the HTTP door: every hook, every route, in one explicit list. */
export async function buildApp(ctx: Context): Promise<FastifyInstance> {
  const app = createServer(ctx)
  // An expectation nobody knows is no reason to refuse a request without a word of ours.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  addRefusals(app, ctx)
  addRequestId(app)
  addSecurityHeaders(app, ctx.config)
  if (ctx.tracing !== undefined) addTracing(app, ctx.tracing)
  addDraining(app)
  addAuthentication(app, ctx)
  addJsonParser(app)
  addObservation(app, ctx)
  await app.register(compress, { encodings: ['gzip'], threshold: COMPRESS_FROM_BYTES, globalDecompression: false })
  addHealth(app, ctx)
  addDocumentation(app, ctx)
  await addConsole(app)
  addStoreRoutes(app, ctx)
  addIdentitySettingsRoutes(app, ctx)
  addTraitGroupRoutes(app, ctx)
  addDataMappingRoutes(app, ctx)
  addOperationRoutes(app, ctx)
  addProfileRoutes(app, ctx)
  addIdentifierRoutes(app, ctx)
  addObservationRoutes(app, ctx)
  addSummaryRoutes(app, ctx)
  addRecallRoutes(app, ctx)
  addCommunicationRoutes(app, ctx)
  addAuditRoutes(app, ctx)
  addRetentionRoutes(app, ctx)
  addImportRoutes(app, ctx)
  await addUploadRoutes(app, ctx)
  addJobRoutes(app, ctx)
  return app
}

/** The door of a node that only works: health and metrics. */
export function buildHealthApp(ctx: Context): FastifyInstance {
  const app = createServer(ctx)
  addRefusals(app, ctx)
  addRequestId(app)
  addSecurityHeaders(app, ctx.config)
  addHealth(app, ctx)
  return app
}

/** As the framework takes it; of a number by itself it makes nobody. */
function toTrust(trustProxy: TrustProxy): Exclude<FastifyServerOptions['trustProxy'], undefined | number> {
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy
  return typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy]
}

function createServer(ctx: Context): FastifyInstance {
  const newRequestId = createRequestIds()
  const { tls, trustProxy, requestTimeoutSeconds } = ctx.config
  const http = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutSeconds * 1000),
    connectionsCheckingInterval: 1000,
  }
  const app = fastify({
    logger: false,
    schemaController: SCHEMA_CONTROLLER,
    bodyLimit: ctx.config.bodyLimitBytes,
    connectionTimeout: IDLE_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    ...(tls === undefined ? { http } : { https: { ...http, ...readTls(tls), handshakeTimeout: HEADERS_TIMEOUT_MS } }),
    trustProxy: toTrust(trustProxy),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: newRequestId,
    requestIdHeader: false,
    // Proxies may send the absolute form of the target.
    rewriteUrl: ({ url = '/' }) => url.replace(ABSOLUTE_FORM, '') || '/',
    clientErrorHandler: (error, socket) => answerClientError(error, socket, newRequestId()),
    frameworkErrors: (error, request, reply) => {
      // A path that cannot be decoded never reaches the hooks.
      reply.header('Twilio-Request-Id', request.id).headers(securityHeadersOf(ctx.config, request))
      authenticateRequest(ctx, request).then(
        () => renderError(ctx, badRequest(error.message), request, reply),
        (refusal: Error) => renderError(ctx, refusal, request, reply),
      )
    },
  }) as unknown as FastifyInstance
  guardServer(app, ctx, newRequestId)
  return app
}

function guardServer(app: FastifyInstance, ctx: Context, newRequestId: () => string): void {
  const { tls, requestTimeoutSeconds, uploadTimeoutSeconds } = ctx.config
  // What has not arrived in time is cut off by limitConnections, which knows uploads.
  app.server.requestTimeout = 0
  limitConnections(app, {
    requestSeconds: requestTimeoutSeconds,
    uploadSeconds: uploadTimeoutSeconds,
    isUpload: (url) => url.startsWith(`${UPLOAD_PATH}/`),
    refuse: (socket) => answerClientError({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket, newRequestId()),
  })
  if (tls !== undefined) {
    const stop = followTls(app.server as unknown as HttpsServer, tls, ctx.log)
    app.addHook('onClose', async () => stop())
  }
}

function answerClientError(error: { code?: string }, socket: Socket, requestId: string): void {
  if (!socket.writable || error.code === 'ECONNRESET' || TLS_ERROR.test(error.code ?? '')) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  socket.end(rawRefusal(status, requestId), () => socket.destroy())
}

function addRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('Twilio-Request-Id', request.id)
    done()
  })
}

/** While the server ends: what is in flight is answered, what comes behind it is refused, and connections are let go. */
function addDraining(app: FastifyInstance): void {
  let draining = false
  app.addHook('preClose', (done) => {
    draining = true
    done()
  })
  app.addHook('onRequest', (_request, _reply, done) => {
    done(draining ? unavailable('The server is shutting down; try again') : undefined)
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (draining) reply.header('Connection', 'close')
    done(null, payload)
  })
}

/** One log line and one measurement a request: ids only, never paths or bodies. */
function addObservation(app: FastifyInstance, ctx: Context): void {
  app.addHook('onResponse', (request, reply, done) => {
    const operation = request.routeOptions.config?.operationId ?? 'unknown'
    const status = reply.statusCode
    const ms = reply.elapsedTime
    ctx.metrics.requests.observe(operation, status, ms / 1000)
    ctx.log.request({ request: request.id, operation, status, ms, credential: request.principal?.credential })
    done()
  })
}
