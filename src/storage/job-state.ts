import type { PageRequest } from './page.js'
import type { Executor, Tables } from './tables.js'

/** What is told of a job: everything but its payload, which holds personal data. */
export interface JobState {
  id: string
  storeId: string
  kind: string
  status: string
  attempts: number
  runAt: number
  lockedUntil: number | undefined
  lastError: string | undefined
  actor: string
  createdAt: number
}

const STATE_COLUMNS = [
  'id',
  'store_id',
  'kind',
  'status',
  'attempts',
  'run_at',
  'locked_until',
  'last_error',
  'actor',
  'created_at',
] as const

function toState(row: Pick<Tables['job'], (typeof STATE_COLUMNS)[number]>): JobState {
  return {
    id: row.id,
    storeId: row.store_id,
    kind: row.kind,
    status: row.status,
    attempts: row.attempts,
    runAt: row.run_at,
    lockedUntil: row.locked_until ?? undefined,
    lastError: row.last_error ?? undefined,
    actor: row.actor,
    createdAt: row.created_at,
  }
}

export async function selectJobStates(executor: Executor, page: PageRequest): Promise<JobState[]> {
  const rows = await executor
    .selectFrom('job')
    .select(STATE_COLUMNS)
    .$if(page.after !== undefined, (query) => query.where('id', page.order === 'asc' ? '>' : '<', page.after ?? ''))
    .orderBy('id', page.order)
    .limit(page.limit)
    .execute()
  return rows.map(toState)
}

export async function findJobState(executor: Executor, id: string): Promise<JobState | undefined> {
  const row = await executor.selectFrom('job').select(STATE_COLUMNS).where('id', '=', id).executeTakeFirst()
  return row && toState(row)
}

/** Makes a job due that nobody holds, as if it had never failed. @returns false when a worker holds it */
export async function makeJobDue(executor: Executor, id: string, now: number): Promise<boolean> {
  const result = await executor
    .updateTable('job')
    .set({ status: 'QUEUED', attempts: 0, run_at: now, updated_at: now })
    .where('id', '=', id)
    .where((e) => e.or([e('locked_until', 'is', null), e('locked_until', '<', now)]))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
