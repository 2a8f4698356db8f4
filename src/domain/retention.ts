import type { Context } from '../context.js'
import type { RetentionAnswer, RetentionInput } from '../contract/retention.js'
import type { Actor, StoreScope } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import { hasJob } from '../storage/job.js'
import {
  findRetention,
  moveNextRun,
  putRetention,
  type RetentionRow,
  selectDueRetentions,
} from '../storage/retention.js'
import { runAll } from '../storage/statement.js'
import { lockStore } from '../storage/store.js'
import type { Executor } from '../storage/tables.js'
import { checkIfMatch } from './etag.js'
import { createEvent } from './event.js'
import { enqueueJob } from './job.js'
import type { Versioned } from './store.js'
import { requireStore } from './store-lock.js'

const NEVER_SET: RetentionRow = { observationDays: undefined, summaryDays: undefined, version: 0 }

function toAnswer({ storeId }: StoreScope, row: RetentionRow): Versioned<RetentionAnswer> {
  const { observationDays, summaryDays, version } = row
  const value = {
    ...(observationDays !== undefined && { observationDays }),
    ...(summaryDays !== undefined && { summaryDays }),
    version,
  }
  return { value, id: storeId, version }
}

/** FetchRetention (ours, beyond the API). */
export async function fetchRetention(ctx: Context, scope: StoreScope): Promise<Versioned<RetentionAnswer>> {
  return toAnswer(scope, (await findRetention(ctx.db.read, scope)) ?? NEVER_SET)
}

/**
 * UpdateRetention (ours, beyond the API): replaces how long memories are kept. A job that erases what is older already
 * commits with it.
 *
 * @throws ApiError 404, 412
 */
export async function replaceRetention(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  input: RetentionInput,
  ifMatch: string | undefined,
): Promise<Versioned<RetentionAnswer>> {
  const row = await ctx.db.transaction(async (trx) => {
    await requireStore(trx, scope, 'settings')
    const current = (await findRetention(trx, scope)) ?? NEVER_SET
    checkIfMatch(ifMatch, scope.storeId, current.version)
    const { observationDays, summaryDays } = input
    if (current.version > 0 && current.observationDays === observationDays && current.summaryDays === summaryDays) {
      return current
    }
    const next = { observationDays, summaryDays, version: current.version + 1 }
    const now = ctx.now()
    await putRetention(trx, scope, next, { nextRunAt: now + intervalOf(ctx), now })
    await enqueueRun(ctx, trx, scope.storeId, actor)
    await runAll(trx, insertEvents(scope.storeId, [createEvent(ctx, actor, 'retention.updated', scope.storeId)]))
    return next
  })
  ctx.jobSignal.wake()
  return toAnswer(scope, row)
}

function intervalOf(ctx: Pick<Context, 'config'>): number {
  return ctx.config.retentionIntervalSeconds * 1000
}

/** One run of a store that waits is enough: it reads the settings when it begins. */
async function enqueueRun(ctx: Context, trx: Executor, storeId: string, actor: Actor): Promise<void> {
  if (await hasJob(trx, storeId, 'retention')) return
  await enqueueJob(ctx, trx, { storeId, kind: 'retention', payload: {}, actor })
}

/**
 * Accepts a job for each store whose old memories are to be looked for again. Of several nodes one does it, which is
 * settled by who moves the time of the next run.
 */
export async function scheduleRetention(ctx: Context): Promise<void> {
  for (const due of await selectDueRetentions(ctx.db.read, ctx.now())) {
    await ctx.db.transaction(
      async (trx) => {
        const store = await lockStore(trx, due.storeId, 'content')
        if (!(await moveNextRun(trx, due, ctx.now() + intervalOf(ctx))) || store === undefined) return
        const actor: Actor = {
          accountSid: store.accountSid,
          credential: 'server',
          requestId: '',
          operation: 'Retention',
          clientAddress: '',
        }
        await enqueueRun(ctx, trx, due.storeId, actor)
      },
      { background: true },
    )
    ctx.jobSignal.wake()
  }
}
