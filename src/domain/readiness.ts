import type { Context } from '../context.js'
import { isMigrated } from '../storage/migrate.js'

/** Whether requests can be served: the database answers and has this program's schema. */
export function isReady(ctx: Pick<Context, 'db'>): Promise<boolean> {
  return isMigrated(ctx.db)
}
