import type { Context } from '../context.js'
import { badRequest, notFound } from '../errors.js'
import type { Actor, StoreScope } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import { findMemoryVersion, type MemoryKind, queueForEncoding, raiseMemoryVersion } from '../storage/memory.js'
import { insertDeletions } from '../storage/memory-deletion.js'
import type { CompiledQuery } from '../storage/statement.js'
import { runAll } from '../storage/statement.js'
import type { Executor } from '../storage/tables.js'
import { type ChangeName, createEvent } from './event.js'
import { requireProfile } from './profile.js'

/**
 * A time of the wire in milliseconds since the epoch.
 *
 * @throws ApiError 400 for a time that does not exist
 */
export function parseTime(field: string, text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw badRequest(`${field} "${text}" is no time that exists`)
  return time
}

/** A time of the wire, or nothing when it is absent. @throws ApiError 400 */
export function parseOptionalTime(field: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTime(field, text)
}

/** What a write does to the memories of a profile. */
export interface MemoryChange {
  readonly statements: readonly CompiledQuery[]
  readonly event: ChangeName
  readonly ids: readonly string[]
  /** Memories whose text is to be encoded. */
  readonly encode?: { readonly kind: MemoryKind; readonly rows: readonly { id: string; change: number }[] }
  /** Memories that are no more. */
  readonly deleted?: readonly string[]
}

/**
 * Runs a write to the memories of a profile: with its memory version, its events and its place in the encoding queue in
 * one transaction.
 *
 * @param work reads and decides, given the change number of this write; nothing when there is nothing to change
 * @throws ApiError 404; ProfileMovedError; what `work` throws
 */
export async function changeMemories(
  ctx: Context,
  scope: StoreScope,
  actor: Actor,
  profileId: string,
  work: (trx: Executor, change: number) => Promise<MemoryChange | undefined>,
): Promise<void> {
  const changed = await ctx.db.transaction(async (trx) => {
    const memories = await findMemoryVersion(trx, scope, profileId)
    if (memories === undefined) return refuse(trx, scope, profileId)
    const version = memories.version + 1
    const change = await work(trx, version)
    if (change === undefined) return false
    const { statements, event, ids, encode, deleted = [] } = change
    await runAll(trx, [
      ...statements,
      ...(encode && ctx.encoder ? queueForEncoding(scope, profileId, encode.kind, encode.rows) : []),
      ...(deleted.length > 0 ? insertDeletions(trx, scope, profileId, deleted, version) : []),
      raiseMemoryVersion(trx, scope, profileId, { rebuild: false }),
      ...insertEvents(
        scope.storeId,
        ids.map((id) => createEvent(ctx, actor, event, id, { profile: profileId })),
      ),
    ])
    return encode !== undefined
  })
  if (changed) ctx.encodingSignal.wake()
}

/** Says why a profile has no memories to change. */
async function refuse(trx: Executor, scope: StoreScope, profileId: string): Promise<never> {
  await requireProfile(trx, scope, profileId)
  throw notFound(`Profile ${profileId}`)
}

/** @throws ApiError 404 when there is none */
export function requireMemory<T>(row: T | undefined, kind: string, id: string): T {
  if (row === undefined) throw notFound(`${kind} ${id}`)
  return row
}
