import type { Context } from '../../context.js'
import { toError } from '../../refusal.js'
import type { Actor, StoreScope } from '../../scope.js'
import type { Executor } from '../../storage/tables.js'
import { createPace, type Pace } from '../pace.js'
import { loadSchema, type StoreSchema } from '../schema.js'
import { requireStore } from '../store-lock.js'
import {
  type BatchOutcome,
  type BatchResult,
  decideBatch,
  type PreparedWrite,
  type ProfileBatch,
  profileBatch,
} from './batch.js'

/** A write of one profile: create, patch, an entry of a bulk upsert, a row of an import. */
export interface ProfileWrite {
  readonly actor: Actor
  /** The profile it names; absent when identity alone decides. */
  readonly target?: string
  readonly prepared: PreparedWrite
  /** Validates again, when the store's schema changed before the write came to its turn. Throws ApiError. */
  readonly prepare: (schema: StoreSchema) => PreparedWrite
}

export type WriteOutcome = { readonly profileId: string } | { readonly error: Error }

export interface ResolveOptions {
  readonly background?: boolean
  /** Runs in the same transaction after the writes; what it throws undoes them all. */
  readonly inTransaction?: ((trx: Executor, outcomes: readonly WriteOutcome[]) => Promise<void>) | undefined
}

/**
 * The one way profiles are written: all identifiers and profiles of the batch are read, each write is decided in memory
 * in the order given, the result goes back in a few set-based statements, all in one transaction (batch.ts).
 *
 * @returns one outcome for each write; a refused one leaves the others alone
 * @throws StorageUnavailableError and whatever `inTransaction` throws: nothing was applied then
 */
export async function resolve(
  ctx: Context,
  scope: StoreScope,
  writes: readonly ProfileWrite[],
  { background = false, inTransaction }: ResolveOptions = {},
): Promise<WriteOutcome[]> {
  const called = background || inTransaction !== undefined ? undefined : await callBatch(ctx, scope, writes)
  const decided = called ?? (await resolveInTransaction(ctx, scope, writes, { background, inTransaction }))
  report(ctx, scope, decided)
  ctx.metrics.batchSize.observe(writes.length)
  return decided.outcomes
}

/** A batch that was decided, with the outcomes of its writes. */
interface Decided {
  readonly outcomes: WriteOutcome[]
  readonly result: DecidedBatch
}

type DecidedBatch = Extract<BatchResult, { outcomes: unknown }>

/** Lets the engine decide where it likes; nothing when the writes must be validated again. */
async function callBatch(
  ctx: Context,
  scope: StoreScope,
  writes: readonly ProfileWrite[],
): Promise<Decided | undefined> {
  const schema = await loadSchema(ctx, ctx.db.read, scope)
  if (!arePreparedFor(schema, writes)) return undefined
  const procedure = profileBatch(() => ctx.newId)
  const result = await ctx.db.call(procedure, () => toBatch(ctx, scope, schema, writes), { owner: scope })
  return 'outcomes' in result ? { outcomes: result.outcomes.map(toOutcome), result } : undefined
}

async function resolveInTransaction(
  ctx: Context,
  scope: StoreScope,
  writes: readonly ProfileWrite[],
  { background = false, inTransaction }: ResolveOptions,
): Promise<Decided> {
  return ctx.db.transaction(
    async (trx) => {
      const pace = background ? createPace() : undefined
      const decided =
        (await decidePrepared(ctx, trx, scope, writes, pace)) ?? (await prepareAndDecide(ctx, trx, scope, writes, pace))
      await inTransaction?.(trx, decided.outcomes)
      return decided
    },
    { background, owner: scope },
  )
}

/** Decides the writes as they are; nothing when they must be validated again. */
async function decidePrepared(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  writes: readonly ProfileWrite[],
  pace: Pace | undefined,
): Promise<Decided | undefined> {
  const schema = await loadSchema(ctx, trx, scope)
  if (!arePreparedFor(schema, writes)) return undefined
  const result = await decideBatch(ctx, trx, toBatch(ctx, scope, schema, writes), pace)
  return 'outcomes' in result ? { outcomes: result.outcomes.map(toOutcome), result } : undefined
}

/** Holds the store, so that its schema stays, and validates by it what was validated by another. */
async function prepareAndDecide(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  writes: readonly ProfileWrite[],
  pace: Pace | undefined,
): Promise<Decided> {
  const { schemaVersion } = await requireStore(trx, scope, 'identity')
  const schema = await loadSchema(ctx, trx, scope, schemaVersion)
  const prepared = writes.map((write) => attempt(() => prepareFor(schema, write)))
  const accepted = prepared.flatMap((one) => ('error' in one ? [] : [one]))
  const result = await decideBatch(ctx, trx, toBatch(ctx, scope, schema, accepted), pace)
  if (!('outcomes' in result)) throw new Error('the schema changed in a store that is held')
  const rest = result.outcomes.map(toOutcome)
  const outcomes = prepared.map((one) => ('error' in one ? one : (rest.shift() ?? { error: new Error('no outcome') })))
  return { outcomes, result }
}

function arePreparedFor(schema: StoreSchema, writes: readonly ProfileWrite[]): boolean {
  return writes.every(({ prepared }) => prepared.schemaVersion === schema.version)
}

function prepareFor(schema: StoreSchema, write: ProfileWrite): ProfileWrite {
  return write.prepared.schemaVersion === schema.version ? write : { ...write, prepared: write.prepare(schema) }
}

function attempt<T>(work: () => T): T | { readonly error: Error } {
  try {
    return work()
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** To be called when the batch has its turn: later writes get later times. */
function toBatch(
  ctx: Context,
  scope: StoreScope,
  { version, identifierTypes, matchingRules }: StoreSchema,
  writes: readonly Pick<ProfileWrite, 'actor' | 'target' | 'prepared'>[],
): ProfileBatch {
  return {
    scope,
    now: ctx.now(),
    rules: { identifierTypes, matchingRules, maxJoinedProfiles: ctx.config.limits.joinedProfiles },
    schemaVersion: version,
    writes: writes.map(({ actor, target, prepared }) => ({ actor, target, prepared, ordinal: ctx.tick() })),
  }
}

function toOutcome(outcome: BatchOutcome): WriteOutcome {
  return 'refusal' in outcome ? { error: toError(outcome.refusal) } : { profileId: outcome.profileId }
}

/** Counts what was decided, and tells the operator of values that join no more; the values stay out of the log. */
function report(ctx: Context, scope: StoreScope, { outcomes, result }: Decided): void {
  for (const { idType, profileId } of result.hubs) {
    ctx.log.warn({ store: scope.storeId, profile: profileId, idType }, 'an identifier became a hub and merges no more')
    ctx.metrics.hubs.inc({ id_type: idType })
  }
  for (const outcome of result.outcomes) {
    if ('refusal' in outcome) continue
    if (outcome.keptApart) ctx.metrics.hubRefusals.inc()
    ctx.metrics.resolutions.inc({ outcome: outcome.effect })
  }
  const refused = outcomes.filter((outcome) => 'error' in outcome).length
  if (refused > 0) ctx.metrics.resolutions.inc({ outcome: 'refused' }, refused)
}
