import type { Context } from '../../context.js'
import { notFound, ProfileMovedError } from '../../errors.js'
import { type Refusal, toRefusal } from '../../refusal.js'
import type { Actor, StoreScope } from '../../scope.js'
import { queryOwners } from '../../storage/identifier.js'
import type { Procedure } from '../../storage/procedure.js'
import { readAll } from '../../storage/statement.js'
import { queryLockedStore, type StoreRow } from '../../storage/store.js'
import type { Executor } from '../../storage/tables.js'
import { checkOwner, requireStore } from '../store-lock.js'
import type { TraitChange } from '../trait.js'
import type { IdentityRules } from './decide.js'
import type { IdentifierEdit } from './edit.js'
import { type FoundWorld, loadWorld, uniqueSorted } from './load-world.js'
import type { IdentifierValue, ProfileState } from './state.js'
import { type AppliedWrite, type Hub, writeChanges } from './write-changes.js'

/** A write after validation, as of one schema version. */
export interface PreparedWrite {
  readonly schemaVersion: number
  readonly changes: readonly TraitChange[]
  readonly identifiers: readonly IdentifierValue[]
  /** A change of the target's stored identifiers. */
  readonly edit?: IdentifierEdit
}

/** A write of one profile, ready to be decided. */
export interface BatchWrite {
  readonly actor: Actor
  /** The profile it names; absent when identity alone decides. */
  readonly target: string | undefined
  readonly prepared: PreparedWrite
  /** Time of the write, see `ordinal` in storage/tables.ts. */
  readonly ordinal: number
}

/** Writes to one store, decided together. Plain data: the batch may be decided in another thread. */
export interface ProfileBatch {
  readonly scope: StoreScope
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly rules: IdentityRules
  /** Version of the store's schema that the rules are of and the writes were validated by. */
  readonly schemaVersion: number
  readonly writes: readonly BatchWrite[]
}

export type BatchOutcome =
  | {
      readonly profileId: string
      readonly effect: 'created' | 'merged' | 'updated'
      /** Whether a hub was in the way of a merge. */
      readonly keptApart: boolean
    }
  | { readonly refusal: Refusal }

/** One outcome for each write; a refused one left the others alone. */
export interface DecidedBatch {
  readonly outcomes: readonly BatchOutcome[]
  readonly hubs: readonly Hub[]
}

/** What became of a batch. Plain data. */
export type BatchResult =
  | DecidedBatch
  /** Nothing was written, because the store's schema is no more the one the writes were validated by. */
  | { readonly stale: true }

type Maker = Pick<Context, 'now' | 'newId'>

/** The name under which the thread that writes knows the procedure. */
const NAME = 'profile-batch'

/** The procedure that decides a batch. @param newId makes ids as of the time it is given */
export function profileBatch(newId: (now: number) => Context['newId']): Procedure<ProfileBatch, BatchResult> {
  return {
    name: NAME,
    run: (trx, batch) => decideBatch({ now: () => batch.now, newId: newId(batch.now) }, trx, batch),
  }
}

/**
 * Reads all identifiers and profiles of the batch, decides each write in memory in the order given, and writes the result
 * back in a few set-based statements.
 *
 * @throws ApiError 404 when the store is gone
 */
export async function decideBatch(
  maker: Maker,
  trx: Executor,
  { scope, rules, schemaVersion, writes }: ProfileBatch,
): Promise<BatchResult> {
  const { store, owners } = await openBatch(trx, scope, writes)
  if (store.schemaVersion !== schemaVersion) return { stale: true }
  const found = await loadWorld(trx, scope, rules, { writes, owners })
  const applied: AppliedWrite[] = []
  const outcomes = writes.map((write): BatchOutcome => {
    try {
      const outcome = apply(maker, found, write)
      applied.push({ write, outcome })
      const { profileId, created, absorptions, keptApart } = outcome
      return { profileId, effect: absorptions.length > 0 ? 'merged' : created ? 'created' : 'updated', keptApart }
    } catch (error) {
      return { refusal: toRefusal(error) }
    }
  })
  return { outcomes, hubs: await writeChanges(maker, trx, scope, rules, found, applied) }
}

function apply(maker: Maker, found: FoundWorld, { target, prepared, ordinal }: BatchWrite) {
  const { changes, identifiers, edit } = prepared
  const state = target === undefined ? undefined : requireTarget(found, target)
  return found.world.apply({ target: state, changes, identifiers, edit, ordinal }, () => ({
    id: maker.newId('mem_profile'),
    createdAt: maker.now(),
  }))
}

/** Holds the store and reads, with the same message, whom the identifiers of the batch belong to. */
async function openBatch(
  trx: Executor,
  scope: StoreScope,
  writes: readonly BatchWrite[],
): Promise<{ store: StoreRow; owners: string[] }> {
  const identifiers = uniqueSorted(writes.flatMap(({ prepared }) => prepared.identifiers))
  if (identifiers.length === 0) return { store: await requireStore(trx, scope, 'identity'), owners: [] }
  const [store, owners] = await readAll<[StoreRow | undefined, string[]]>(trx, [
    queryLockedStore(trx, scope.storeId, 'identity'),
    queryOwners(trx, scope, identifiers),
  ])
  return { store: checkOwner(store, scope), owners }
}

function requireTarget(found: FoundWorld, id: string): ProfileState {
  const canonicalId = found.merged.get(id)
  if (canonicalId !== undefined) throw new ProfileMovedError(id, canonicalId)
  const state = found.world.find(id)
  if (state === undefined) throw notFound(`Profile ${id}`)
  return state
}
