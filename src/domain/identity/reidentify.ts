import type { Context } from '../../context.js'
import { type IdentifierRow, selectIdentifiersOfType } from '../../storage/identifier.js'
import type { ClaimedJob } from '../job.js'
import { loadSchema, type StoreSchema } from '../schema.js'
import { openStoreOfJob } from '../store-scope.js'
import type { PreparedWrite } from './batch.js'
import { normalize } from './normalize.js'
import { type ProfileWrite, resolve } from './resolve.js'

const CHUNK_SIZE = 200

interface Cursor {
  value: string
  sharedBy: string
}

/**
 * Goes through all stored identifiers of a type after its settings changed: writes them in the new normal form and
 * merges profiles whose values have become equal or may no longer be shared.
 */
export async function runReidentify(ctx: Context, job: ClaimedJob, shouldStop: () => boolean): Promise<boolean> {
  const { idType } = job.payload as { idType: string }
  let cursor = (job.checkpoint as Cursor | undefined) ?? { value: '', sharedBy: '' }
  for (;;) {
    if (shouldStop()) return false
    const scope = await openStoreOfJob(ctx, job.storeId)
    const rows =
      scope === undefined ? [] : await selectIdentifiersOfType(ctx.db.read, scope, idType, cursor, CHUNK_SIZE)
    const last = rows.at(-1)
    if (scope === undefined || last === undefined) break
    const next: Cursor = { value: last.value, sharedBy: last.sharedBy }
    const schema = await loadSchema(ctx, ctx.db.read, scope)
    const writes = rows.map((row): ProfileWrite => {
      const prepare = (current: StoreSchema) => prepareRow(current, row)
      return { actor: job.actor, target: row.profileId, prepared: prepare(schema), prepare }
    })
    // A profile that was merged or deleted meanwhile is refused by itself; its identifiers went with it.
    await resolve(ctx, scope, writes, { background: true, inTransaction: (trx) => job.advance(trx, next) })
    cursor = next
  }
  await ctx.db.transaction((trx) => job.finish(trx), { background: true })
  return true
}

function prepareRow(schema: StoreSchema, { idType, value }: IdentifierRow): PreparedWrite {
  const config = schema.identifierTypes.get(idType)
  // A value that the new rule makes nothing of stays as it is.
  const to = (config && normalize(config.normalization, value)) ?? value
  const write = { schemaVersion: schema.version, changes: [], identifiers: [{ idType, value: to }] }
  return to === value ? write : { ...write, edit: { kind: 'replace', idType, from: value, to } }
}
