import type { Context } from '../context.js'
import { runBulk } from '../domain/bulk.js'
import { abandonImport, runImport } from '../domain/imports/run.js'
import type { ClaimedJob, JobKind } from '../domain/job.js'

export interface JobHandler {
  /**
   * Runs a job to its end.
   *
   * @param shouldStop asked between steps; then the job is given back where it stands
   * @returns false when it stopped before the end
   */
  run(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean>
  /** Called when a job was set aside because it failed too often. */
  abandon?(ctx: Context, job: ClaimedJob): Promise<void>
}

/** Every kind of job and what runs it. */
export const JOB_HANDLERS: Readonly<Record<JobKind, JobHandler>> = {
  bulk: { run: runBulk },
  import: { run: runImport, abandon: abandonImport },
}
