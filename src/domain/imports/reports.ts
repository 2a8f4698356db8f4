import type { Context } from '../../context.js'
import { deleteImportIssues, selectOldImports } from '../../storage/import-report.js'
import { moveState } from '../../storage/server-state.js'

const DAY_MS = 24 * 60 * 60 * 1000
const INTERVAL_MS = 60 * 60 * 1000
const CHUNK_SIZE = 1000

/**
 * Erases the error reports of imports that ended longer ago than RECOLLECT_IMPORT_REPORT_DAYS, once an hour: a row's
 * number and what was wrong with it say something about a person to who has the file. Of several nodes one does it.
 */
export async function eraseOldReports(ctx: Context): Promise<void> {
  const now = ctx.now()
  if (!(await ctx.db.transaction((trx) => moveState(trx, 'reports-erased-at', now, now - INTERVAL_MS)))) return
  const before = now - ctx.config.importReportDays * DAY_MS
  for (const key of await selectOldImports(ctx.db.read, before)) {
    let erased: number
    do {
      erased = await ctx.db.transaction((trx) => deleteImportIssues(trx, key, CHUNK_SIZE), { background: true })
    } while (erased === CHUNK_SIZE)
  }
}
