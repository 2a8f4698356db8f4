import type { Context } from '../context.js'
import { StorageUnavailableError } from '../errors.js'
import { newSecret } from '../ids.js'
import { describeError } from '../log.js'
import type { Actor } from '../scope.js'
import * as storage from '../storage/job.js'
import type { Executor } from '../storage/tables.js'
import { type JobProgress, LEASE_MS, recordProgress } from './job-progress.js'

export type JobKind = 'bulk' | 'import' | 'reidentify' | 'remove-traits' | 'delete-store' | 'reencode' | 'retention'

const MAX_ATTEMPTS = 10
const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 60_000

/** A job in the hands of a worker. */
export interface ClaimedJob {
  readonly id: string
  /** Who holds it. */
  readonly worker: string
  readonly storeId: string
  readonly kind: JobKind
  readonly attempts: number
  readonly payload: unknown
  /** What was last recorded, or nothing at the first run. */
  readonly checkpoint: unknown
  readonly actor: Actor
  /** How far the job is when it goes on at `checkpoint`: to be recorded in the transaction of the work done. */
  progress(checkpoint: unknown): JobProgress
  /** How far it is when all is done. */
  end(): JobProgress
  /**
   * Records how far the job is, in the transaction of the work done, and keeps the lease.
   *
   * @throws WorkStoppedError when another worker holds it now
   */
  advance(trx: Executor, checkpoint: unknown): Promise<void>
  /** Ends the job in a transaction of the caller's. @throws WorkStoppedError as above */
  finish(trx: Executor): Promise<void>
}

/**
 * Accepts a job, in the transaction of the answer that promises it. Call `ctx.jobSignal.wake` after the commit.
 *
 * @param payload what the job needs, as JSON; deleted when the job is done
 */
export async function enqueueJob(
  ctx: Pick<Context, 'now' | 'newId'>,
  trx: Executor,
  job: { storeId: string; kind: JobKind; payload: unknown; actor: Actor },
): Promise<void> {
  await storage.insertJob(
    trx,
    {
      id: ctx.newId('mem_job'),
      storeId: job.storeId,
      kind: job.kind,
      payload: JSON.stringify(job.payload),
      requestId: job.actor.requestId,
      actor: JSON.stringify(job.actor),
    },
    ctx.now(),
  )
}

/** A name no other process has. */
export function newWorkerName(): string {
  return `${process.pid}-${newSecret()}`
}

/**
 * Takes the next job that is due; nothing when there is none.
 *
 * @param worker holds no job now: one that the database has in its name was taken by a claim whose answer was lost
 */
export async function claimJob(ctx: Pick<Context, 'db' | 'now'>, worker: string): Promise<ClaimedJob | undefined> {
  // A look without a transaction first: idle workers must not disturb the writers.
  while ((await storage.findDueJob(ctx.db.read, worker, ctx.now())) !== undefined) {
    const row = await ctx.db.transaction(async (trx) => {
      const now = ctx.now()
      const id = await storage.findDueJob(trx, worker, now)
      return id && storage.lockJob(trx, { id, worker, now, lockedUntil: now + LEASE_MS })
    })
    // Else another worker was first; there may be more to do.
    if (row) return toClaimedJob(ctx, worker, row)
  }
  return undefined
}

function toClaimedJob(ctx: Pick<Context, 'now'>, worker: string, row: storage.JobRow): ClaimedJob {
  const job = { id: row.id, worker }
  const progress = (checkpoint: unknown) => ({ job, now: ctx.now(), checkpoint: JSON.stringify(checkpoint ?? null) })
  const end = () => ({ job, now: ctx.now(), checkpoint: undefined })
  return {
    ...job,
    storeId: row.storeId,
    kind: row.kind as JobKind,
    attempts: row.attempts,
    payload: JSON.parse(row.payload),
    checkpoint: row.checkpoint === undefined ? undefined : JSON.parse(row.checkpoint),
    // One that was accepted by an older version does not know these two.
    actor: toActor(row.actor),
    progress,
    end,
    advance: (trx, checkpoint) => recordProgress(trx, progress(checkpoint)),
    finish: (trx) => recordProgress(trx, end()),
  }
}

/** One that was accepted by an older version does not say what was called, nor from where. */
function toActor(text: string): Actor {
  const {
    operation = '',
    clientAddress = '',
    ...actor
  } = JSON.parse(text) as Omit<Actor, 'operation' | 'clientAddress'> & Partial<Actor>
  return { ...actor, operation, clientAddress }
}

/** Gives a job back that was stopped, not failed: it goes on where it was, here or elsewhere. */
export async function releaseJob(ctx: Pick<Context, 'db' | 'now'>, job: ClaimedJob): Promise<void> {
  await ctx.db.transaction((trx) => storage.requeueJob(trx, job, ctx.now(), null))
}

/**
 * Puts a job back to be tried again later, or sets it aside when it failed too often. A database that cannot be written
 * is nobody's fault and never sets a job aside.
 *
 * @returns what became of the job
 */
export async function retryJob(
  ctx: Pick<Context, 'db' | 'now'>,
  job: ClaimedJob,
  error: unknown,
): Promise<'retried' | 'failed'> {
  const { type, code, message = '' } = describeError(error)
  const reason = [type, code, message].filter(Boolean).join(': ')
  const final = job.attempts >= MAX_ATTEMPTS && !(error instanceof StorageUnavailableError)
  const delay = Math.min(FIRST_RETRY_MS * 2 ** (job.attempts - 1), MAX_RETRY_MS)
  await ctx.db.transaction((trx) =>
    final ? storage.failJob(trx, job, reason, ctx.now()) : storage.requeueJob(trx, job, ctx.now() + delay, reason),
  )
  return final ? 'failed' : 'retried'
}

/** Frees jobs that a dead process of this data folder held. */
export async function recoverJobs(ctx: Pick<Context, 'db'>): Promise<void> {
  if (ctx.db.exclusive) await ctx.db.transaction((trx) => storage.releaseAllJobs(trx))
}
