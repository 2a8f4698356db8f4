import type { Context } from '../context.js'
import { eraseOldAudit } from '../domain/audit.js'
import { type Loop, startLoop } from './loop.js'

const HOUR_MS = 60 * 60 * 1000

/** Erases old entries of the audit at the start and every hour, until it is stopped. */
export function startAuditRetention(ctx: Context): Loop {
  return startLoop({ wake: () => undefined }, HOUR_MS, async (shouldStop) => {
    try {
      const erased = await eraseOldAudit(ctx, shouldStop)
      if (erased > 0) ctx.log.info({ erased }, 'old entries of the audit were erased')
    } catch (error) {
      ctx.log.warn({ err: error }, 'old entries of the audit could not be erased; trying again in an hour')
    }
    return false
  })
}
