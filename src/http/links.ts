import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.js'
import type { Accepted } from '../contract/operation.js'
import { toEtag } from '../domain/etag.js'
import type { Versioned } from '../domain/store.js'

const HOST = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i

/** The origin for absolute links: PUBLIC_URL, else the one the client used. */
export function originOf(ctx: Context, request: FastifyRequest): string {
  if (ctx.config.publicUrl !== undefined) return ctx.config.publicUrl
  const host = HOST.test(request.host) ? request.host : `${ctx.config.host}:${ctx.config.port}`
  // What a proxy says it was asked by is not for us to repeat unread.
  return `${request.protocol === 'https' ? 'https' : 'http'}://${host}`
}

const OPERATION_RETRY_SECONDS = 1

/** The address of an operation. */
export function statusUrlOf(ctx: Context, request: FastifyRequest, operationId: string): string {
  return `${originOf(ctx, request)}/v1/ControlPlane/Operations/${operationId}`
}

/** Answers a control-plane write: 202 with the operation's headers. */
export function sendAccepted(
  ctx: Context,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  operationId: string,
  message: string,
): FastifyReply {
  const statusUrl = statusUrlOf(ctx, request, operationId)
  const body: Accepted = { message, statusUrl }
  return reply
    .code(202)
    .headers({ 'Operation-Id': operationId, Location: statusUrl, 'Retry-After': OPERATION_RETRY_SECONDS })
    .send(body)
}

/** Answers with a resource and the ETag of its version. */
export function sendVersioned<T>(reply: FastifyReply, { value, id, version }: Versioned<T>): FastifyReply {
  return reply.header('ETag', toEtag(id, version)).send(value)
}

/** Names the canonical profile on an answer for a merged id. */
export function markCanonical(reply: FastifyReply, askedFor: string, canonicalId: string): FastifyReply {
  return askedFor === canonicalId ? reply : reply.header('Canonical-Profile-Id', canonicalId)
}
