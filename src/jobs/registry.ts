import type { Context } from '../context.js'
import { runBulk } from '../domain/bulk.js'
import { runRetention } from '../domain/erase-old.js'
import { runReidentify } from '../domain/identity/reidentify.js'
import { abandonImport, runImport } from '../domain/imports/run.js'
import type { ClaimedJob, JobKind } from '../domain/job.js'
import { runReencode } from '../domain/recall/reencode.js'
import { runRemoveTraits } from '../domain/remove-traits.js'
import { runDeleteStore } from '../domain/store.js'

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
  'delete-store': { run: runDeleteStore },
  'remove-traits': { run: runRemoveTraits },
  reidentify: { run: runReidentify },
  reencode: { run: runReencode },
  retention: { run: runRetention },
  import: { run: runImport, abandon: abandonImport },
}
