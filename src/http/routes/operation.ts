import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import { ID_PATTERNS } from '../../contract/ids.js'
import { fetchOperation as contract, type OperationStatus } from '../../contract/operation.js'
import { fetchOperation } from '../../domain/operation.js'
import { badRequest, ERROR_CODES } from '../../errors.js'
import { addOperation } from '../call.js'
import { statusUrlOf } from '../links.js'

const OPERATION_ID = new RegExp(ID_PATTERNS.operation)

export function addOperationRoutes(app: FastifyInstance, ctx: Context): void {
  addOperation(app, ctx, contract, async ({ params: { operationId }, principal, request, reply }) => {
    if (!OPERATION_ID.test(operationId)) {
      throw badRequest('operationId is no id of an operation', ERROR_CODES.malformedOperationId)
    }
    const operation = await fetchOperation(ctx, principal, operationId)
    const status: OperationStatus = {
      operationId: operation.id,
      status: operation.status,
      createdAt: new Date(operation.createdAt).toISOString(),
      statusUrl: statusUrlOf(ctx, request, operation.id),
      completedAt: new Date(operation.completedAt).toISOString(),
      result: { type: 'RESOURCE_ID', id: operation.resultId },
    }
    return reply.headers({ 'Operation-Id': operation.id, 'Retry-After': 1 }).send(status)
  })
}
