import type { Context } from '../../context.js'
import { notFound, ProfileMovedError } from '../../errors.js'
import type { Actor, StoreScope } from '../../scope.js'
import { queryOwners, selectIdentifierOwners } from '../../storage/identifier.js'
import { readAll } from '../../storage/statement.js'
import { queryLockedStore, type StoreRow } from '../../storage/store.js'
import type { Executor } from '../../storage/tables.js'
import { checkOwner, requireStore } from '../control-plane.js'
import { createPace, mapAtPace, type Pace } from '../pace.js'
import { loadSchema, type StoreSchema } from '../schema.js'
import type { TraitChange } from '../trait.js'
import type { IdentityRules } from './decide.js'
import type { IdentifierEdit } from './edit.js'
import { type FoundWorld, loadWorld, uniqueSorted } from './load-world.js'
import type { IdentifierValue, ProfileState } from './state.js'
import type { WorldOutcome } from './world.js'
import { type AppliedWrite, writeChanges } from './write-changes.js'

/** A write after validation, as of one schema version. */
export interface PreparedWrite {
  readonly schemaVersion: number
  readonly changes: readonly TraitChange[]
  readonly identifiers: readonly IdentifierValue[]
  /** A change of the target's stored identifiers. */
  readonly edit?: IdentifierEdit
}

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
  readonly inTransaction?: (trx: Executor, outcomes: readonly WriteOutcome[]) => Promise<void>
}

/**
 * The one way profiles are written: all identifiers and profiles of the batch are read, each write is decided in memory
 * in the order given, the result goes back in a few set-based statements, all in one transaction.
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
  const outcomes = await ctx.db.transaction(
    async (trx) => {
      const result = await resolveInTransaction(ctx, trx, scope, writes, background ? createPace() : undefined)
      await inTransaction?.(trx, result)
      return result
    },
    { background, owner: scope },
  )
  ctx.metrics.batchSize.observe(writes.length)
  return outcomes
}

async function resolveInTransaction(
  ctx: Context,
  trx: Executor,
  scope: StoreScope,
  writes: readonly ProfileWrite[],
  pace: Pace | undefined,
): Promise<WriteOutcome[]> {
  const { store, owners } = await openBatch(trx, scope, writes)
  const schema = await loadSchema(ctx, trx, scope, store.schemaVersion)
  const prepared = writes.map((write) => attempt(() => prepareFor(schema, write)))
  const isPreparedFor = writes.every((write) => write.prepared.schemaVersion === schema.version)
  const rules: IdentityRules = { ...schema, maxJoinedProfiles: ctx.config.limits.joinedProfiles }
  const current = isPreparedFor ? owners : await selectIdentifierOwners(trx, scope, identifiersOf(prepared))
  const found = await loadWorld(trx, scope, rules, { writes, prepared, owners: current, pace })
  const applied: AppliedWrite[] = []
  const outcomes = await mapAtPace(pace, writes, (write, index): WriteOutcome => {
    const result = attempt(() => {
      const preparedWrite = unwrap(prepared[index])
      const target = write.target === undefined ? undefined : requireTarget(found, write.target)
      const { changes, identifiers, edit } = preparedWrite
      const outcome = found.world.apply({ target, changes, identifiers, edit, ordinal: ctx.tick() }, () => ({
        id: ctx.newId('mem_profile'),
        createdAt: ctx.now(),
      }))
      applied.push({ write, outcome, prepared: preparedWrite })
      return { profileId: outcome.profileId }
    })
    return 'error' in result ? result : result.value
  })
  await writeChanges(ctx, trx, scope, rules, found, applied, pace)
  countOutcomes(
    ctx,
    applied.map(({ outcome }) => outcome),
    outcomes.length - applied.length,
  )
  return outcomes
}

/** Holds the store and reads, with the same message, whom the identifiers of the batch belong to. */
async function openBatch(
  trx: Executor,
  scope: StoreScope,
  writes: readonly ProfileWrite[],
): Promise<{ store: StoreRow; owners: string[] }> {
  const identifiers = identifiersOf(writes.map(({ prepared }) => ({ value: prepared })))
  if (identifiers.length === 0) return { store: await requireStore(trx, scope, 'identity'), owners: [] }
  const [store, owners] = await readAll<[StoreRow | undefined, string[]]>(trx, [
    queryLockedStore(trx, scope.storeId, 'identity'),
    queryOwners(trx, scope, identifiers),
  ])
  return { store: checkOwner(store, scope), owners }
}

function identifiersOf(prepared: readonly Attempted<PreparedWrite>[]): IdentifierValue[] {
  return uniqueSorted(prepared.flatMap((attempted) => ('value' in attempted ? attempted.value.identifiers : [])))
}

function prepareFor(schema: StoreSchema, write: ProfileWrite): PreparedWrite {
  return write.prepared.schemaVersion === schema.version ? write.prepared : write.prepare(schema)
}

export type Attempted<T> = { readonly value: T } | { readonly error: Error }

function attempt<T>(work: () => T): Attempted<T> {
  try {
    return { value: work() }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}

function requireTarget(found: FoundWorld, id: string): ProfileState {
  const canonicalId = found.merged.get(id)
  if (canonicalId !== undefined) throw new ProfileMovedError(id, canonicalId)
  const state = found.world.find(id)
  if (state === undefined) throw notFound(`Profile ${id}`)
  return state
}

function unwrap<T>(attempted: Attempted<T> | undefined): T {
  if (attempted === undefined || 'error' in attempted) throw attempted?.error ?? new Error('the write was not prepared')
  return attempted.value
}

function countOutcomes(ctx: Context, outcomes: readonly WorldOutcome[], refused: number): void {
  const counter = ctx.metrics.resolutions
  for (const { created, absorptions, keptApart } of outcomes) {
    if (keptApart) ctx.metrics.hubRefusals.inc()
    counter.inc({ outcome: absorptions.length > 0 ? 'merged' : created ? 'created' : 'updated' })
  }
  if (refused > 0) counter.inc({ outcome: 'refused' }, refused)
}
