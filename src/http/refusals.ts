import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.js'
import {
  ApiError,
  badRequest,
  errorBody,
  internalError,
  notFound,
  ProfileMovedError,
  payloadTooLarge,
  StorageUnavailableError,
  unavailable,
} from '../errors.js'
import { originOf } from './links.js'

/** Renders every error the same way, whoever threw it. */
export function addRefusals(app: FastifyInstance, ctx: Context): void {
  app.setErrorHandler((error: Error, request, reply) => renderError(ctx, error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    return sendRefusal(reply, notFound(`${request.method} ${path.slice(0, 200)}`))
  })
}

export function renderError(ctx: Context, error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ProfileMovedError) return sendMoved(ctx, error, request, reply)
  const refusal = toRefusal(error, request)
  if (refusal.status >= 500) ctx.log.error({ err: error, request: request.id }, 'request failed')
  return sendRefusal(reply, refusal)
}

/** Codes of zlib's errors; Brotli's begin with ERR__ERROR. */
const COMPRESSION_ERRORS = /^(Z_|ERR__ERROR)/

function toRefusal(error: Error, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof StorageUnavailableError) {
    return unavailable('The server cannot store or read anything right now; nothing was applied, try again later')
  }
  const { statusCode = 500, message, code = '' } = error as FastifyError
  if (code === 'ECONNRESET') return badRequest('The client closed the connection before its request was whole')
  if (COMPRESSION_ERRORS.test(code)) {
    return badRequest('The request body is not compressed as Content-Encoding says')
  }
  if (statusCode === 413) return payloadTooLarge(request.routeOptions.bodyLimit)
  if (statusCode >= 400 && statusCode < 500) return new ApiError(statusCode, badRequest('').code, message)
  return statusCode === 503 ? unavailable('The server is shutting down; try again') : internalError()
}

function sendRefusal(reply: FastifyReply, refusal: ApiError): FastifyReply {
  return reply.code(refusal.status).headers(refusal.headers).send(refusal.toBody())
}

/** 301 or 308 to the canonical profile; what stands behind the id in the address is kept. */
function sendMoved(ctx: Context, error: ProfileMovedError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = request.routeOptions.config.moved ?? (request.method === 'GET' ? 301 : 308)
  const [path = '', ...query] = request.url.split('?')
  // The id may have arrived percent-encoded.
  const segments = path.split('/').map(decodeURIComponent)
  const canonical = segments.map((segment) =>
    encodeURIComponent(segment === error.profileId ? error.canonicalId : segment),
  )
  const uri = originOf(ctx, request) + [canonical.join('/'), ...query].join('?')
  return reply
    .code(status)
    .headers({ 'Canonical-Profile-Id': error.canonicalId, Location: uri })
    .send({ message: 'This resource has moved.', uri })
}

/** Answers for connections that never became a request: bytes that are no HTTP, headers that are too large or too slow. */
export function rawRefusal(status: 400 | 408 | 431, requestId: string): string {
  const text = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' }[status]
  const body = JSON.stringify(errorBody(status, badRequest('').code, text))
  return [
    `HTTP/1.1 ${status} ${text}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Twilio-Request-Id: ${requestId}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
