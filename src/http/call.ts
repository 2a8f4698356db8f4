import type compress from '@fastify/compress'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { Context } from '../context.js'
import { IfMatch, type Operation, type OperationDefinition } from '../contract/operation.js'
import type { Principal } from '../domain/account.js'
import { changeInStore, readInStore } from '../domain/store-scope.js'
import { badRequest } from '../errors.js'
import type { Actor, StoreScope } from '../scope.js'
import { actorOf, guardOperation, principalOf } from './guard.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by the authentication hook on every path of the API. */
    principal: Principal | undefined
  }
  interface FastifyContextConfig {
    operationId?: string
    moved?: 301 | 308
  }
}

/** What a handler gets: validated input, who asks, and the raw request and reply. */
export interface Call<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly actor: Actor
  /** Whose credentials these are and what they are good for. */
  readonly principal: Principal
  /** The If-Match header. */
  readonly ifMatch: string | undefined
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** For the operations whose bodies may be compressed. */
const DECOMPRESSION: Exclude<compress.FastifyCompressRouteOptions['decompress'], undefined> = {
  requestEncodings: ['gzip', 'deflate', 'br'],
  onUnsupportedRequestEncoding: (encoding: string) =>
    badRequest(
      `Content-Encoding "${encoding.slice(0, 50)}" is not supported: send gzip, deflate, br or no compression`,
    ),
  onInvalidRequestPayload: (encoding: string) =>
    badRequest(`The request body is no valid ${encoding}, as Content-Encoding says`),
}

type Handler<C> = (call: C) => Promise<unknown>

type Schema<T extends TSchema> = Static<T>

/** Adds the route of an operation that stands outside a store. */
export function addOperation<P extends TSchema, Q extends TSchema, B extends TSchema>(
  app: FastifyInstance,
  ctx: Context,
  operation: OperationDefinition<P, Q, B>,
  handler: Handler<Call<Schema<P>, Schema<Q>, Schema<B>>>,
  options: { bodyLimit?: number } = {},
): void {
  app.route({
    method: operation.method,
    url: operation.url,
    onRequest: guardOperation(ctx, operation as Operation),
    ...options,
    ...(operation.headers !== undefined &&
      'Content-Encoding' in operation.headers.properties && { decompress: DECOMPRESSION }),
    // A body that the document leaves optional is as good as an empty one.
    ...(operation.bodyOptional && {
      preValidation: async (request: FastifyRequest) => {
        if (request.body === undefined) request.body = {}
      },
    }),
    schema: {
      ...(operation.params && { params: operation.params }),
      ...(operation.query && { querystring: operation.query }),
      ...(operation.body && { body: operation.body }),
      // Of headers only this one: what clients accept and send compressed is for the compression to judge.
      ...(operation.headers === IfMatch && { headers: IfMatch }),
    },
    config: { operationId: operation.operationId, ...(operation.moved && { moved: operation.moved }) },
    handler: (request, reply) => {
      const call = toCall<P, Q, B>(request, reply, operation)
      return operation.scope === 'read'
        ? handler(call)
        : ctx.admission.write(call.actor.accountSid, () => handler(call))
    },
  })
}

/** Adds the route of an operation in a store: the store is opened for the account before the handler runs. */
export function addStoreOperation<P extends TSchema, Q extends TSchema, B extends TSchema>(
  app: FastifyInstance,
  ctx: Context,
  operation: OperationDefinition<P, Q, B>,
  handler: Handler<Call<Schema<P>, Schema<Q>, Schema<B>> & { readonly scope: StoreScope }>,
  options: { bodyLimit?: number } = {},
): void {
  const open = operation.scope === 'read' ? readInStore : changeInStore
  addOperation(
    app,
    ctx,
    operation,
    (call) => {
      const { storeId } = call.params as { storeId: string }
      return open(ctx, call.actor.accountSid, storeId, (scope) => handler(Object.assign(call, { scope })))
    },
    options,
  )
}

function toCall<P extends TSchema, Q extends TSchema, B extends TSchema>(
  request: FastifyRequest,
  reply: FastifyReply,
  operation: OperationDefinition<P, Q, B>,
): Call<Schema<P>, Schema<Q>, Schema<B>> {
  return {
    params: request.params as Schema<P>,
    query: request.query as Schema<Q>,
    body: request.body as Schema<B>,
    actor: actorOf(request, operation),
    principal: principalOf(request),
    ifMatch: request.headers['if-match'],
    request,
    reply,
  }
}
