import type { Context } from '../../context.js'
import { conflict } from '../../errors.js'
import type { Actor, StoreScope } from '../../scope.js'
import { insertEvents } from '../../storage/event.js'
import { endImport, insertImportIssues } from '../../storage/import.js'
import { runAll } from '../../storage/statement.js'
import { createEvent } from '../event.js'
import { requireStore } from '../store-lock.js'
import { fetchImport } from './import.js'

const REASON = 'the import was cancelled; rows that were stored before stay'

/**
 * Ends an import (ours, beyond the API): it is FAILED, because the API knows no other word. Of the chunk that is being
 * stored nothing is kept, and the job, which finds the import ended, removes the file.
 *
 * @throws ApiError 404; 409 when it has ended already
 */
export async function cancelImport(ctx: Context, scope: StoreScope, actor: Actor, importId: string): Promise<void> {
  const { status } = await fetchImport(ctx, scope, importId)
  await ctx.db.transaction(async (trx) => {
    await requireStore(trx, scope, 'content')
    const counts = await endImport(trx, scope, importId, REASON, ctx.now())
    if (counts === undefined) throw conflict(`The import is ${status === 'PROCESSING' ? 'done' : status} already`)
    // As with every import that failed as a whole, the report says so in row 0.
    const issue = { rowNumber: 0, kind: 'error', columnName: '', reason: REASON } as const
    await runAll(trx, insertImportIssues(scope, importId, [issue], counts.errors + counts.warnings))
    await runAll(trx, insertEvents(scope.storeId, [createEvent(ctx, actor, 'import.cancelled', importId)]))
  })
}
