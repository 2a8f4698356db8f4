import type { Context } from '../context.js'
import type { Actor } from '../scope.js'
import { type EventRow, insertEvents } from '../storage/event.js'
import { runAll } from '../storage/statement.js'
import { createEvent } from './event.js'

/** A request of a known account that its credentials were not good for. */
export interface RefusedAccess {
  readonly actor: Actor
  /** The store that was asked for; empty outside a store. */
  readonly storeId: string
  /** HTTP status of the answer. */
  readonly status: number
}

export interface RefusedAccessLog {
  record(refused: RefusedAccess): void
  /** Writes what was recorded; called by a timer, and once more before the server ends. */
  flush(): Promise<void>
}

const FLUSH_MS = 1000
/** Different refusals between two flushes; what comes beyond is counted in the last of them. */
const MAX_KINDS = 200

type Kind = RefusedAccess & { times: number }

/**
 * Records refusals for the audit, cheaply: whoever is refused causes no write of its own. What is the same within a
 * second is one row with a count; a process that is killed loses that second.
 *
 * @param context the finished context, which holds what this returns
 */
export function createRefusedAccessLog(context: () => Pick<Context, 'db' | 'log' | 'now' | 'newId'>): RefusedAccessLog {
  let kinds = new Map<string, Kind>()
  const flush = async () => {
    const refusals = [...kinds.values()]
    kinds = new Map()
    if (refusals.length === 0) return
    try {
      await writeRefusals(context(), refusals)
    } catch (error) {
      context().log.warn({ err: error, refusals: refusals.length }, 'refused requests could not be recorded')
    }
  }
  return {
    record: (refused) => {
      const { actor, storeId, status } = refused
      const wanted = [actor.credential, actor.operation, actor.clientAddress, storeId, status].join(' ')
      const known = kinds.get(wanted) ?? (kinds.size < MAX_KINDS ? undefined : [...kinds.values()].at(-1))
      if (known !== undefined) known.times += 1
      else kinds.set(wanted, { ...refused, times: 1 })
      if (kinds.size === 1 && known === undefined) setTimeout(() => void flush(), FLUSH_MS).unref()
    },
    flush,
  }
}

async function writeRefusals(ctx: Pick<Context, 'db' | 'now' | 'newId'>, refusals: readonly Kind[]): Promise<void> {
  const byAccount = new Map<string, EventRow[]>()
  for (const { actor, storeId, status, times } of refusals) {
    const events = byAccount.get(actor.accountSid) ?? []
    byAccount.set(actor.accountSid, events)
    events.push(createEvent(ctx, actor, 'access.refused', storeId, { status, times }))
  }
  await ctx.db.transaction(
    async (trx) => {
      for (const [accountSid, events] of byAccount) await runAll(trx, insertEvents(accountSid, events))
    },
    { background: true },
  )
}
