import type { Context } from '../../context.js'
import { toError } from '../../refusal.js'
import type { Actor, StoreScope } from '../../scope.js'
import { loadSchema, type StoreSchema } from '../schema.js'
import { requireStore } from '../store-lock.js'
import { type BatchOutcome, decideBatch, type PreparedWrite, type ProfileBatch, profileBatch } from './batch.js'
import { rulesOf } from './decide.js'
import { type BatchCounts, countOutcomes, reportBatch } from './report.js'

/** A write of one profile that somebody waits for. */
export interface ProfileWrite {
  readonly actor: Actor
  /** The profile it names; absent when identity alone decides. */
  readonly target?: string
  readonly prepared: PreparedWrite
  /** Validates again, when the store's schema changed before the write came to its turn. Throws ApiError. */
  readonly prepare: (schema: StoreSchema) => PreparedWrite
}

export type WriteOutcome = { readonly profileId: string } | { readonly error: Error }

/**
 * The one way profiles are written: all identifiers and profiles of the batch are read, each write is decided in memory
 * in the order given, the result goes back in a few set-based statements, all in one transaction (batch.ts), wherever
 * the engine likes.
 *
 * @param take gives the writes when the batch has its turn, the same each time
 * @returns one outcome for each write; a refused one leaves the others alone
 * @throws StorageUnavailableError: nothing was applied then
 */
export async function resolve(
  ctx: Context,
  scope: StoreScope,
  take: () => readonly ProfileWrite[],
): Promise<WriteOutcome[]> {
  const schema = await loadSchema(ctx, ctx.db.read, scope)
  const result = await ctx.db.call(
    profileBatch(() => ctx.newId),
    () => toBatch(ctx, scope, schema, take()),
    { owner: scope, patient: true },
  )
  const { outcomes, counts } =
    'outcomes' in result
      ? { outcomes: result.outcomes.map(toOutcome), counts: countOutcomes(result) }
      : await prepareAndDecide(ctx, scope, take())
  reportBatch(ctx, scope, counts)
  return outcomes
}

/** A batch that was decided, with the outcomes of its writes. */
interface Decided {
  readonly outcomes: WriteOutcome[]
  readonly counts: BatchCounts
}

/** Holds the store, so that its schema stays, and validates by it what was validated by another. */
async function prepareAndDecide(ctx: Context, scope: StoreScope, writes: readonly ProfileWrite[]): Promise<Decided> {
  return ctx.db.transaction(
    async (trx) => {
      const { schemaVersion } = await requireStore(trx, scope, 'identity')
      const schema = await loadSchema(ctx, trx, scope, schemaVersion)
      const prepared = writes.map((write) => attempt(() => prepareFor(schema, write)))
      const accepted = prepared.flatMap((one) => ('error' in one ? [] : [one]))
      const result = await decideBatch(ctx, trx, toBatch(ctx, scope, schema, accepted))
      if (!('outcomes' in result)) throw new Error('the schema changed in a store that is held')
      const rest = result.outcomes.map(toOutcome)
      const outcomes = prepared.map((one) =>
        'error' in one ? one : (rest.shift() ?? { error: new Error('no outcome') }),
      )
      return { outcomes, counts: countOutcomes(result, prepared.length - accepted.length) }
    },
    { owner: scope },
  )
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
export function toBatch(
  ctx: Context,
  scope: StoreScope,
  schema: StoreSchema,
  writes: readonly Pick<ProfileWrite, 'actor' | 'target' | 'prepared'>[],
): ProfileBatch {
  return {
    scope,
    now: ctx.now(),
    rules: rulesOf(schema, ctx.config.limits),
    schemaVersion: writes.every(({ prepared }) => prepared.schemaVersion === schema.version)
      ? schema.version
      : NO_VERSION,
    writes: writes.map(({ actor, target, prepared }) => ({ actor, target, prepared, ordinal: ctx.tick() })),
  }
}

function toOutcome(outcome: BatchOutcome): WriteOutcome {
  return 'refusal' in outcome ? { error: toError(outcome.refusal) } : { profileId: outcome.profileId }
}
