import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.js'
import * as contract from '../../contract/job.js'
import { listJobs, retryJob } from '../../domain/job-list.js'
import { addOperation } from '../call.js'

export function addJobRoutes(app: FastifyInstance, ctx: Context): void {
  addOperation(app, ctx, contract.listJobs, async ({ principal, query }) => {
    const { items, meta } = await listJobs(ctx, principal, query)
    return { jobs: items, meta }
  })
  addOperation(app, ctx, contract.retryJob, async ({ actor, params, reply }) => {
    await retryJob(ctx, actor, params.jobId)
    return reply.code(202).send({ message: 'The job runs as soon as a worker is free.' })
  })
}
