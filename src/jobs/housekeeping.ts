import type { Context } from '../context.js'
import { eraseOldReports } from '../domain/imports/reports.js'
import { removeOrphanedUploads } from '../domain/imports/upload.js'
import { scheduleRetention } from '../domain/retention.js'
import { type Loop, startLoop } from './loop.js'

/** How often what falls due by itself is looked for. */
const IDLE_MS = 10_000
const ORPHANS_MS = 60 * 60 * 1000

/** Does what nobody asks for, when its time has come, until it is stopped. */
export function startHousekeeping(ctx: Context): Loop {
  let orphansAt = 0
  return startLoop({ wake: () => undefined }, IDLE_MS, async () => {
    try {
      await scheduleRetention(ctx)
      await eraseOldReports(ctx)
      if (ctx.now() >= orphansAt) {
        orphansAt = ctx.now() + ORPHANS_MS
        await removeOrphanedUploads(ctx)
      }
    } catch (error) {
      ctx.log.warn({ err: error }, 'housekeeping failed; it is tried again')
    }
    return false
  })
}
