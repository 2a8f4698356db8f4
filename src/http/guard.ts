import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.js'
import type { Operation } from '../contract/operation.js'
import { checkAccess } from '../domain/access.js'
import type { Principal } from '../domain/account.js'
import { ApiError, unauthorized } from '../errors.js'
import type { Actor } from '../scope.js'

/** What stands before an operation, after its credentials were found right and before anything else is looked at. */
export function guardOperation(ctx: Context, operation: Operation) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    try {
      const principal = principalOf(request)
      const end = ctx.admission.begin(principal)
      if (end !== undefined) reply.raw.once('close', end)
      // The account itself and a key that may do everything, which is most of them.
      if (principal.scope !== 'admin' || principal.stores !== undefined) {
        checkRecorded(ctx, request, principal, operation)
      }
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}

function checkRecorded(ctx: Context, request: FastifyRequest, principal: Principal, operation: Operation): void {
  const { storeId } = request.params as { storeId?: string }
  try {
    checkAccess(principal, operation, storeId)
  } catch (error) {
    recordRefusal(ctx, request, operation, error)
    throw error
  }
}

/** Keeps for the audit that credentials were not good for what they asked for; other errors are none of its business. */
export function recordRefusal(ctx: Context, request: FastifyRequest, operation: Operation, error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 403) return
  const { storeId = '' } = request.params as { storeId?: string }
  ctx.refusedAccess.record({
    actor: actorOf(request, operation),
    // Bounded: what is no id is of any length.
    storeId: storeId.slice(0, 64),
    status: error.status,
  })
}

/** @throws ApiError 401 */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw unauthorized()
  return request.principal
}

/** Who asks for what, from where. */
export function actorOf(request: FastifyRequest, { operationId }: Pick<Operation, 'operationId'>): Actor {
  const { accountSid, credential } = principalOf(request)
  return { accountSid, credential, requestId: request.id, operation: operationId, clientAddress: request.ip }
}
