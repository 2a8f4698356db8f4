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
  options: ResolveOptions = {},
): Promise<WriteOutcome[]> {
  return report(ctx, scope, await decideHere(ctx, scope, writes, options))
}

/**
 * Like `resolve`, but the engine may decide where the data is.
 *
 * @param take gives the writes when the batch has its turn, the same each time
 */
export async function resolveGathered(
  ctx: Context,
  scope: StoreScope,
  take: () => readonly ProfileWrite[],
): Promise<WriteOutcome[]> {
  const schema = await loadSchema(ctx, ctx.db.read, scope)
  const batch = () => toBatch(ctx, scope, schema, take())
  const result = await ctx.db.call(
    profileBatch(() => ctx.newId),
    batch,
    { owner: scope, patient: true },
  )
  return report(ctx, scope, toDecided(result) ?? (await decideHere(ctx, scope, take(), {})))
}

/** A batch that was decided, with the outcomes of its writes. */
interface Decided {
  readonly outcomes: WriteOutcome[]
  readonly result: Extract<BatchResult, { outcomes: unknown }>
}

/** Nothing when the writes must be validated again. */
function toDecided(result: BatchResult): Decided | undefined {
  return 'outcomes' in result ? { outcomes: result.outcomes.map(toOutcome), result } : undefined
}

async function decideHere(
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
  return toDecided(await decideBatch(ctx, trx, toBatch(ctx, scope, schema, writes), pace))
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

/** Of writes that were validated by different schemas: no store has it. */
const NO_VERSION = -1

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
    schemaVersion: writes.every(({ prepared }) => prepared.schemaVersion === version) ? version : NO_VERSION,
    writes: writes.map(({ actor, target, prepared }) => ({ actor, target, prepared, ordinal: ctx.tick() })),
  }
}

function toOutcome(outcome: BatchOutcome): WriteOutcome {
  return 'refusal' in outcome ? { error: toError(outcome.refusal) } : { profileId: outcome.profileId }
}

/** Counts what was decided, and tells the operator of values that join no more; the values stay out of the log. */
function report(ctx: Context, scope: StoreScope, { outcomes, result }: Decided): WriteOutcome[] {
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
  ctx.metrics.batchSize.observe(outcomes.length)
  return outcomes
}
