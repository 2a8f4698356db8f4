import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.js'
import { type ClaimedJob, claimJob, newWorkerName, releaseJob, retryJob } from '../domain/job.js'
import { StorageUnavailableError, WorkStoppedError } from '../errors.js'
import { type Loop, startLoop } from './loop.js'
import { JOB_HANDLERS } from './registry.js'

/** How often jobs are looked for that nobody announced: of another node, or due after a retry. */
const POLL_MS = 1000

/** Works on jobs until it is stopped, `config.jobConcurrency` at a time. Those under way stop at their next checkpoint. */
export function startWorker(ctx: Context): Loop {
  const loops = Array.from({ length: ctx.config.jobConcurrency }, () => {
    const name = newWorkerName()
    return startLoop(ctx.jobSignal, POLL_MS, async (shouldStop) => {
      const job = await claimQuietly(ctx, name)
      if (job !== undefined) await runJob(ctx, job, shouldStop)
      return job !== undefined
    })
  })
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}

async function claimQuietly(ctx: Context, name: string): Promise<ClaimedJob | undefined> {
  try {
    return await claimJob(ctx, name)
  } catch (error) {
    ctx.log.error({ err: error }, 'no job could be claimed; trying again')
    return undefined
  }
}

async function runJob(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<void> {
  const log = ctx.log.child({ job: job.id, kind: job.kind, store: job.storeId })
  const count = (outcome: string) => ctx.metrics.jobs.inc({ kind: job.kind, outcome })
  try {
    const done = await runTraced(ctx, job, shouldStop)
    if (done) count('done')
    else await releaseJob(ctx, job)
    // The next job of the lane was not due while this one stood.
    ctx.jobSignal.wake()
  } catch (error) {
    if (error instanceof WorkStoppedError) return
    log.error({ err: error, attempts: job.attempts }, 'job failed')
    const outcome = await giveBackInTheEnd(ctx, job, error, shouldStop)
    if (outcome === undefined) log.error('job could not be given back; it is free when its lease ends')
    else count(outcome)
  }
}

/** A job outlives the request it comes from, whose id says which that was. */
function runTraced(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  const run = () => JOB_HANDLERS[job.kind].run(ctx, job, shouldStop)
  if (ctx.tracing === undefined) return run()
  const attributes = {
    'recollect.job': job.id,
    'recollect.job_kind': job.kind,
    'recollect.job_attempts': job.attempts,
    'recollect.store': job.storeId,
    'recollect.request_id': job.actor.requestId,
  }
  return ctx.tracing.root(`job ${job.kind}`, attributes, run)
}

const GIVE_BACK_PAUSE_MS = 1000

/**
 * Gives a job back as soon as the database takes it: what made the job fail, a full disk or a database that is gone, is
 * often in the way of that too, and without it the job would wait for its lease to end.
 */
async function giveBackInTheEnd(
  ctx: Context,
  job: ClaimedJob,
  error: unknown,
  shouldStop: () => boolean,
): Promise<string | undefined> {
  for (;;) {
    try {
      return await giveBack(ctx, job, error)
    } catch (cause) {
      if (!(cause instanceof StorageUnavailableError) || shouldStop()) return undefined
      await sleep(GIVE_BACK_PAUSE_MS, undefined, { ref: false })
    }
  }
}

async function giveBack(ctx: Context, job: ClaimedJob, error: unknown): Promise<string> {
  const outcome = await retryJob(ctx, job, error)
  if (outcome === 'failed') await JOB_HANDLERS[job.kind].abandon?.(ctx, job)
  return outcome
}
