import type { Context } from '../context.js'
import { addMissingAccountStores } from '../domain/audit.js'
import { eraseOldReports } from '../domain/imports/reports.js'
import { removeOrphanedUploads } from '../domain/imports/upload.js'
import { scheduleRetention } from '../domain/retention.js'
import { type Loop, startLoop } from './loop.js'

/** How often what falls due by itself is looked for. */
const IDLE_MS = 10_000
/** How often the rare is: what a crash or another version left. */
const RARE_MS = 60 * 60 * 1000

/** Does what nobody asks for, when its time has come, until it is stopped. */
export function startHousekeeping(ctx: Context): Loop {
  let rareAt = 0
  return startLoop({ wake: () => undefined }, IDLE_MS, async () => {
    try {
      await scheduleRetention(ctx)
      await eraseOldReports(ctx)
      if (ctx.now() >= rareAt) {
        rareAt = ctx.now() + RARE_MS
        await addMissingAccountStores(ctx)
        await removeOrphanedUploads(ctx)
      }
    } catch (error) {
      ctx.log.warn({ err: error }, 'housekeeping failed; it is tried again')
    }
    return false
  })
}
