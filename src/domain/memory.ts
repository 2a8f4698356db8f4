import type { Context } from '../context.js'
import { badRequest, notFound, StorageUnavailableError } from '../errors.js'
import type { QueueState } from '../metrics/queue.js'
import { toError } from '../refusal.js'
import type { Actor, StoreScope } from '../scope.js'
import { insertEvents } from '../storage/event.js'
import { type MemoryKind, queueForEncoding } from '../storage/memory.js'
import { insertDeletions } from '../storage/memory-deletion.js'
import { lockMemoryVersion, raiseMemoryVersion } from '../storage/memory-version.js'
import type { CompiledQuery } from '../storage/statement.js'
import { runAll } from '../storage/statement.js'
import type { Executor } from '../storage/tables.js'
import { type SpanReference, spansOf } from '../tracing.js'
import { refuseProfile } from './canonical-profile.js'
import { type ChangeName, createEvent } from './event.js'
import { gather, type Settled } from './gather.js'
import { memoryBatch, type NewMemories } from './memory-batch.js'

const MAX_BATCH_SIZE = 64

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
  readonly encode?: readonly { readonly id: string; readonly kind: MemoryKind; readonly change: number }[]
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
  const changed = await ctx.db.transaction(
    async (trx) => {
      const memories = await lockMemoryVersion(trx, scope, profileId)
      if (memories === undefined) return refuseProfile(trx, scope, profileId)
      const version = memories.version + 1
      const change = await work(trx, version)
      if (change === undefined) return false
      await runAll(trx, compileChange(ctx, trx, scope, { actor, profileId, version }, change))
      return change.encode !== undefined
    },
    { owner: scope },
  )
  if (changed) ctx.encodingSignal.wake()
}

/** A change with its place in the encoding queue, what it deleted, its version and its events. */
function compileChange(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  { actor, profileId, version }: { readonly actor: Actor; readonly profileId: string; readonly version: number },
  { statements, event, ids, encode, deleted = [] }: MemoryChange,
): CompiledQuery[] {
  return [
    ...statements,
    ...(encode && ctx.encoder
      ? queueForEncoding(
          scope,
          encode.map((text) => ({ ...text, profileId })),
        )
      : []),
    ...(deleted.length > 0 ? insertDeletions(trx, scope, profileId, deleted, version) : []),
    raiseMemoryVersion(trx, scope, profileId, { rebuild: false }),
    ...insertEvents(
      scope.storeId,
      ids.map((id) => createEvent(ctx, actor, event, id, { profile: profileId })),
    ),
  ]
}

/** Adds memories to a profile; resolves when they are on disk. @throws ApiError 404; ProfileMovedError */
export interface AddMemories {
  (scope: StoreScope, memories: NewMemories): Promise<void>
  /** Additions that wait for their batch. */
  waiting(): QueueState
}

/**
 * Gathers concurrent additions to profiles of one store into one transaction; each gets its own answer. With sixteen
 * clients that is one turn on the writing connection instead of sixteen.
 *
 * @param context the finished context, which holds what this returns
 */
export function createMemoryGatherer(context: () => Context): AddMemories {
  const submit = gather<{ scope: StoreScope; memories: NewMemories; span: SpanReference | undefined }, void>({
    maxBatchSize: MAX_BATCH_SIZE,
    atOnce: () => context().db.batchesAtOnce,
    isItemFault: (error) => !(error instanceof StorageUnavailableError),
    run: ({ scope }, take) => {
      const ctx = context()
      const run = () => addBatch(ctx, scope, () => take().map(({ memories }) => memories))
      return ctx.tracing === undefined ? run() : ctx.tracing.batch('memory.batch', spansOf(take()), run)
    },
  })
  return Object.assign(
    (scope: StoreScope, memories: NewMemories) =>
      submit(scope.storeId, { scope, memories, span: context().tracing?.current() }),
    {
      waiting: submit.waiting,
    },
  )
}

async function addBatch(ctx: Context, scope: StoreScope, take: () => readonly NewMemories[]): Promise<Settled<void>[]> {
  const procedure = memoryBatch(() => ctx.newId)
  const batch = () => ({ scope, now: ctx.now(), encodes: ctx.encoder !== undefined, additions: take() })
  const refusals = await ctx.db.call(procedure, batch, { owner: scope, patient: true })
  ctx.encodingSignal.wake()
  return refusals.map((refusal) => (refusal === undefined ? { value: undefined } : { error: toError(refusal) }))
}

/** @throws ApiError 404 when there is none */
export function requireMemory<T>(row: T | undefined, kind: string, id: string): T {
  if (row === undefined) throw notFound(`${kind} ${id}`)
  return row
}
