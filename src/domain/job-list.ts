import type { Context } from '../context.js'
import type { Job } from '../contract/job.js'
import { conflict, notFound } from '../errors.js'
import type { Actor } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import { hasPayload } from '../storage/job.js'
import { findJobState, type JobState, makeJobDue, selectJobStates } from '../storage/job-state.js'
import type { PageRequest } from '../storage/page.js'
import { runAll } from '../storage/statement.js'
import type { Executor } from '../storage/tables.js'
import type { Principal } from './account.js'
import { createEvent } from './event.js'
import { type Page, type PageQuery, readPage } from './page.js'

const MAX_PAGE_ITEMS = 100
const READ_PAGE_SIZE = 200

/** Whose jobs are shown: an account's, or those of the stores its key is for. */
export type JobReader = Pick<Principal, 'accountSid' | 'stores'>

/** The account's background jobs (ours, beyond the API). A job that is done leaves no row. */
export async function listJobs(ctx: Context, principal: JobReader, query: PageQuery): Promise<Page<Job>> {
  const { accountSid, stores } = principal
  const page = await readPage<JobState, string>(ctx, {
    list: { accountSid, operationId: 'ListJobs', parts: [stores && [...stores].join()] },
    key: 'jobs',
    query,
    maxItems: MAX_PAGE_ITEMS,
    select: (request) => selectOwnJobs(ctx.db.read, principal, request),
    cursorOf: ({ id }) => id,
  })
  return { items: page.items.map((state) => toJob(state, ctx.now())), meta: page.meta }
}

/** Jobs outlive their stores, so the account stands in who caused them, where SQL does not look. They are few. */
async function selectOwnJobs(
  executor: Executor,
  { accountSid, stores }: JobReader,
  request: PageRequest,
): Promise<JobState[]> {
  const found: JobState[] = []
  for (let after = request.after; ; ) {
    const rows = await selectJobStates(executor, { ...request, after, limit: READ_PAGE_SIZE })
    found.push(...rows.filter((row) => accountOf(row) === accountSid && (stores?.has(row.storeId) ?? true)))
    after = rows.at(-1)?.id
    if (found.length >= request.limit || rows.length < READ_PAGE_SIZE) return found.slice(0, request.limit)
  }
}

function accountOf({ actor }: JobState): string {
  return (JSON.parse(actor) as Actor).accountSid
}

function isRunning({ lockedUntil }: JobState, now: number): boolean {
  return lockedUntil !== undefined && lockedUntil >= now
}

function toJob(state: JobState, now: number): Job {
  const { id, storeId, kind, attempts, lastError, createdAt, runAt } = state
  const status = state.status === 'FAILED' ? 'FAILED' : isRunning(state, now) ? 'RUNNING' : 'QUEUED'
  return {
    id,
    storeId,
    kind,
    status,
    attempts,
    ...(lastError !== undefined && { lastError }),
    createdAt: new Date(createdAt).toISOString(),
    ...(status === 'QUEUED' && { runAt: new Date(runAt).toISOString() }),
  }
}

/**
 * Makes a job due at once (ours, beyond the API). One that was set aside runs after those of its lane that were
 * accepted later, so its values may be the older ones.
 *
 * @throws ApiError 404; 409 when it runs now, or what it was to do is gone: an import's file, an erased payload
 */
export async function retryJob(ctx: Context, actor: Actor, jobId: string): Promise<void> {
  await ctx.db.transaction(async (trx) => {
    const state = await findJobState(trx, jobId)
    if (state === undefined || accountOf(state) !== actor.accountSid) throw notFound(`Job ${jobId}`)
    if (state.status === 'FAILED' && state.kind === 'import') {
      throw conflict('The import was given up and its file is gone: import the file again')
    }
    if (state.kind === 'bulk' && !(await hasPayload(trx, jobId))) {
      throw conflict('What the bulk upsert was to write was erased with a profile of its store: send it again')
    }
    if (!(await makeJobDue(trx, jobId, ctx.now()))) throw conflict('The job runs now: wait until it ends')
    await runAll(trx, insertEvents(state.storeId, [createEvent(ctx, actor, 'job.retried', jobId)]))
  })
  ctx.jobSignal.wake()
}
