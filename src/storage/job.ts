import type { ExpressionBuilder } from 'kysely'
import type { StoreScope } from '../scope.js'
import type { CompiledQuery } from './statement.js'
import type { Executor, Tables } from './tables.js'

export interface JobRow {
  id: string
  storeId: string
  kind: string
  lane: string
  attempts: number
  payload: string
  checkpoint: string | undefined
  requestId: string
  actor: string
}

export interface NewJob {
  id: string
  storeId: string
  kind: string
  payload: string
  requestId: string
  actor: string
}

function toJob(row: Tables['job']): JobRow {
  return {
    id: row.id,
    storeId: row.store_id,
    kind: row.kind,
    lane: row.lane,
    attempts: row.attempts,
    payload: row.payload,
    checkpoint: row.checkpoint ?? undefined,
    requestId: row.request_id,
    actor: row.actor,
  }
}

function toLane({ storeId, kind }: Pick<NewJob, 'storeId' | 'kind'>): string {
  return `${storeId}/${kind}`
}

export async function insertJob(executor: Executor, job: NewJob, now: number): Promise<void> {
  await executor
    .insertInto('job')
    .values({
      id: job.id,
      store_id: job.storeId,
      kind: job.kind,
      lane: toLane(job),
      status: 'QUEUED',
      run_at: now,
      attempts: 0,
      locked_by: null,
      locked_until: null,
      payload: job.payload,
      checkpoint: null,
      last_error: null,
      request_id: job.requestId,
      actor: job.actor,
      created_at: now,
      updated_at: now,
    })
    .execute()
}

/** Whether a worker may take a job: nobody holds it, or that worker itself does and never heard that it got it. */
function isFree(e: ExpressionBuilder<Tables, 'job'>, worker: string, now: number) {
  return e.or([e('locked_until', 'is', null), e('locked_until', '<', now), e('locked_by', '=', worker)])
}

/**
 * Id of the oldest job that is due, no other worker holds and that is the first of its lane: a lane's jobs run in the order
 * they were accepted, so that later values win.
 */
export async function findDueJob(executor: Executor, worker: string, now: number): Promise<string | undefined> {
  const row = await executor
    .selectFrom('job')
    .select('id')
    .where('status', '=', 'QUEUED')
    .where('run_at', '<=', now)
    .where((e) => isFree(e, worker, now))
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('job as earlier')
            .select('earlier.id')
            .whereRef('earlier.lane', '=', 'job.lane')
            .whereRef('earlier.id', '<', 'job.id')
            .where('earlier.status', '=', 'QUEUED'),
        ),
      ),
    )
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

/** Takes the lease of a job and reads it; nothing when another worker was first. */
export async function lockJob(
  executor: Executor,
  { id, worker, now, lockedUntil }: { id: string; worker: string; now: number; lockedUntil: number },
): Promise<JobRow | undefined> {
  const row = await executor
    .updateTable('job')
    .set((e) => ({ locked_by: worker, locked_until: lockedUntil, attempts: e('attempts', '+', 1), updated_at: now }))
    .where('id', '=', id)
    .where((e) => isFree(e, worker, now))
    .returningAll()
    .executeTakeFirst()
  return row && toJob(row)
}

/** Whether a job of that kind names something in its payload. */
export async function isNamedInJob(executor: Executor, kind: string, name: string): Promise<boolean> {
  const rows = await executor.selectFrom('job').select('payload').where('kind', '=', kind).execute()
  return rows.some((row) => row.payload.includes(name))
}

/** Payloads of all jobs of a kind, with the id of the store they are for. */
export async function selectJobPayloads(
  executor: Executor,
  kind: string,
): Promise<{ storeId: string; payload: string }[]> {
  const rows = await executor.selectFrom('job').select(['store_id', 'payload']).where('kind', '=', kind).execute()
  return rows.map((row) => ({ storeId: row.store_id, payload: row.payload }))
}

/** A job and the worker that holds it; one whose lease was lost changes nothing. */
export interface HeldJob {
  readonly id: string
  readonly worker: string
}

/** Moves the checkpoint and the lease. @returns false when the lease was lost: the caller must undo and stop */
export async function advanceJob(
  executor: Executor,
  { id, worker, checkpoint, lockedUntil }: HeldJob & { checkpoint: string; lockedUntil: number },
): Promise<boolean> {
  const result = await executor
    .updateTable('job')
    .set({ checkpoint, locked_until: lockedUntil })
    .where('id', '=', id)
    .where('locked_by', '=', worker)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/**
 * A finished job leaves nothing behind: its payload holds personal data.
 *
 * @returns false when the lease was lost: the caller must undo and stop
 */
export async function finishJob(executor: Executor, { id, worker }: HeldJob): Promise<boolean> {
  const result = await executor
    .deleteFrom('job')
    .where('id', '=', id)
    .where('locked_by', '=', worker)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Erases the jobs of a store that were set aside. */
export async function deleteFailedJobs(executor: Executor, storeId: string): Promise<void> {
  await executor.deleteFrom('job').where('store_id', '=', storeId).where('status', '=', 'FAILED').execute()
}

/** Whether a job of that kind waits or runs for a store. */
export async function hasJob(executor: Executor, storeId: string, kind: string): Promise<boolean> {
  const row = await executor
    .selectFrom('job')
    .select('id')
    .where('lane', '=', toLane({ storeId, kind }))
    .where('status', '=', 'QUEUED')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Gives a job back, to be tried again at `runAt`. */
export async function requeueJob(
  executor: Executor,
  { id, worker }: HeldJob,
  runAt: number,
  error: string | null,
): Promise<void> {
  await executor
    .updateTable('job')
    .set({ locked_by: null, locked_until: null, run_at: runAt, last_error: error })
    .where('id', '=', id)
    .where('locked_by', '=', worker)
    .execute()
}

/** Sets a job aside that failed too often; its lane goes on. It can be run again, until somebody of its store is erased. */
export async function failJob(executor: Executor, { id, worker }: HeldJob, error: string, now: number): Promise<void> {
  await executor
    .updateTable('job')
    .set({
      status: 'FAILED',
      locked_by: null,
      locked_until: null,
      last_error: error,
      updated_at: now,
    })
    .where('id', '=', id)
    .where('locked_by', '=', worker)
    .execute()
}

const ERASED = '{}'

/** Erases what failed bulk upserts of a store were to write: nobody can tell whether it names who is erased now. */
export function eraseFailedPayloads(executor: Executor, scope: StoreScope): CompiledQuery {
  return executor
    .updateTable('job')
    .set({ payload: ERASED, checkpoint: null })
    .where('store_id', '=', scope.storeId)
    .where('kind', '=', 'bulk')
    .where('status', '=', 'FAILED')
    .compile()
}

/** Whether what a job was to do is still known. */
export async function hasPayload(executor: Executor, id: string): Promise<boolean> {
  const row = await executor.selectFrom('job').select('id').where('id', '=', id).where('payload', '!=', ERASED)
  return (await row.executeTakeFirst()) !== undefined
}

/** Frees the jobs a dead process held. */
export async function releaseAllJobs(executor: Executor): Promise<void> {
  await executor.updateTable('job').set({ locked_by: null, locked_until: null }).execute()
}
