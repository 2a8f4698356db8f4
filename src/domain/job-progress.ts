import { WorkStoppedError } from '../errors.js'
import * as storage from '../storage/job.js'
import type { Executor } from '../storage/tables.js'

/** How long a worker holds a job without a word. */
export const LEASE_MS = 60_000

/** How far a job is. Plain data. */
export interface JobProgress {
  readonly job: storage.HeldJob
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Where it goes on, as JSON; absent when it is done. */
  readonly checkpoint: string | undefined
}

/** Records how far a job is, and keeps its lease. @throws WorkStoppedError when another worker holds it now */
export async function recordProgress(trx: Executor, { job, now, checkpoint }: JobProgress): Promise<void> {
  const isHeld =
    checkpoint === undefined
      ? await storage.finishJob(trx, job)
      : await storage.advanceJob(trx, { ...job, checkpoint, lockedUntil: now + LEASE_MS })
  if (!isHeld) throw new WorkStoppedError('lease-lost')
}
