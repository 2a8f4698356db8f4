import type { Context } from '../../context.js'
import type { Actor, StoreScope } from '../../scope.js'
import { type EventRow, insertEvents } from '../../storage/event.js'
import {
  deleteIdentifier,
  type IdentifierRow,
  insertIdentifiers,
  moveIdentifiers,
  updateJoins,
} from '../../storage/identifier.js'
import { moveMemories } from '../../storage/memory.js'
import { raiseMemoryVersionByMerge } from '../../storage/memory-version.js'
import { deleteProfiles, type ProfileRow, upsertProfiles } from '../../storage/profile.js'
import { insertMerges, type ProfileMergeRow, redirectMerges } from '../../storage/profile-merge.js'
import { runAll } from '../../storage/statement.js'
import type { Executor } from '../../storage/tables.js'
import { createEvent } from '../event.js'
import type { BatchWrite } from './batch.js'
import { type IdentityRules, isExclusive, isHub } from './decide.js'
import type { FoundWorld } from './load-world.js'
import { identityOf } from './merge.js'
import { type OwnedIdentifier, type ProfileState, serializeFacts } from './state.js'
import type { Absorption, WorldOutcome } from './world.js'

/** A write that was applied to the world. */
export interface AppliedWrite {
  readonly write: Pick<BatchWrite, 'actor' | 'prepared'>
  readonly outcome: WorldOutcome
}

type Merge = Absorption & { readonly actor: Actor }

/** A value that joins no more, at a profile that it just joined. */
export interface Hub {
  readonly idType: string
  readonly profileId: string
}

/**
 * Brings the database to where the world is: only what changed, in one message.
 *
 * @returns the values that became hubs
 */
export async function writeChanges(
  ctx: Pick<Context, 'now' | 'newId'>,
  trx: Executor,
  scope: StoreScope,
  rules: IdentityRules,
  { world, loaded }: Pick<FoundWorld, 'world' | 'loaded'>,
  applied: readonly AppliedWrite[],
): Promise<Hub[]> {
  const now = ctx.now()
  const merges = applied.flatMap(({ write, outcome }) =>
    outcome.absorptions.map((absorption): Merge => ({ ...absorption, actor: write.actor })),
  )
  const changed = [...world.profiles()].filter((state) => loaded.get(state.id) !== state)
  const { removed, added, counted } = diffIdentifiers(rules, world, loaded, changed)
  const stored = merges.filter(({ absorbed }) => loaded.has(absorbed.id))
  await runAll(trx, [
    ...removed.map((row) => deleteIdentifier(trx, scope, row)),
    ...merges.flatMap(({ absorbed, survivorId }) => [
      moveIdentifiers(trx, scope, absorbed.id, survivorId),
      redirectMerges(trx, scope, absorbed.id, survivorId),
      ...moveMemories(trx, scope, absorbed.id, survivorId),
    ]),
    ...stored.map(({ absorbed }) => deleteProfiles(trx, scope, [absorbed.id])),
    ...upsertProfiles(
      scope,
      changed.map((state) => toProfileRow(state, now)),
    ),
    // After the upsert: a profile may be younger than its merge, within one batch.
    ...merges.flatMap(({ survivorId }) => raiseMemoryVersionByMerge(trx, scope, survivorId)),
    ...insertIdentifiers(scope, added),
    ...counted.map((row) => updateJoins(trx, scope, row)),
    ...insertMerges(
      scope,
      merges.map((merge) => toMergeRow(merge, world, now)),
    ),
    ...insertEvents(
      scope.storeId,
      applied.flatMap((write) => describeChange(ctx, write)),
    ),
  ])
  return counted.filter((row) => isHub(rules, row)).map(({ idType, profileId }) => ({ idType, profileId }))
}

/**
 * Which identifier rows go, which come and which joined more profiles; those that only change owner are moved with
 * their profile.
 */
function diffIdentifiers(
  rules: IdentityRules,
  world: FoundWorld['world'],
  loaded: FoundWorld['loaded'],
  changed: readonly ProfileState[],
): { removed: IdentifierRow[]; added: IdentifierRow[]; counted: IdentifierRow[] } {
  const toRow = (profileId: string, identifier: OwnedIdentifier): IdentifierRow => ({
    idType: identifier.idType,
    value: identifier.value,
    exclusive: isExclusive(rules, identifier.idType) && !isHub(rules, identifier),
    profileId,
    originProfileId: identifier.origin,
    ordinal: identifier.ordinal,
    joins: identifier.joins ?? 0,
  })
  const before = new Map<string, Map<string, OwnedIdentifier>>()
  const removed: IdentifierRow[] = []
  for (const state of loaded.values()) {
    const owner = world.find(state.id)
    if (owner === undefined || owner === state) continue
    const kept = new Set(owner.identifiers.map(identityOf))
    const known = before.get(owner.id) ?? new Map<string, OwnedIdentifier>()
    before.set(owner.id, known)
    for (const identifier of state.identifiers) {
      if (kept.has(identityOf(identifier))) known.set(identityOf(identifier), identifier)
      else removed.push(toRow(state.id, identifier))
    }
  }
  const added: IdentifierRow[] = []
  const counted: IdentifierRow[] = []
  for (const state of changed) {
    for (const identifier of state.identifiers) {
      const known = before.get(state.id)?.get(identityOf(identifier))
      if (known === undefined) added.push(toRow(state.id, identifier))
      else if ((known.joins ?? 0) !== (identifier.joins ?? 0)) counted.push(toRow(state.id, identifier))
    }
  }
  return { removed, added, counted }
}

function toProfileRow(state: ProfileState, now: number): ProfileRow {
  return {
    id: state.id,
    traits: JSON.stringify(state.traits),
    facts: serializeFacts(state),
    createdAt: state.createdAt,
    updatedAt: now,
  }
}

function toMergeRow(merge: Merge, world: FoundWorld['world'], now: number): ProfileMergeRow {
  const { absorbed, survivorId, rule, displaced, actor } = merge
  return {
    profileId: absorbed.id,
    survivorId,
    canonicalId: world.find(absorbed.id)?.id ?? survivorId,
    idType: rule,
    requestId: actor.requestId,
    actor: actor.credential,
    mergedAt: now,
    createdAt: absorbed.createdAt,
    traits: JSON.stringify(absorbed.traits),
    facts: serializeFacts(absorbed),
    displaced: JSON.stringify(displaced),
  }
}

function describeChange(ctx: Pick<Context, 'now' | 'newId'>, { write, outcome }: AppliedWrite): EventRow[] {
  const { prepared } = write
  const merged = outcome.absorptions.map(({ absorbed, survivorId, rule }) =>
    createEvent(ctx, write.actor, 'profile.merged', absorbed.id, { into: survivorId, rule }),
  )
  const traits = prepared.changes.map(({ group, name }) => `${group}.${name}`)
  const idTypes = [...prepared.identifiers, ...(prepared.edit === undefined ? [] : [prepared.edit])]
  const identifiers = [...new Set(idTypes.map(({ idType }) => idType))]
  const type = outcome.created ? 'profile.created' : 'profile.updated'
  return [...merged, createEvent(ctx, write.actor, type, outcome.profileId, { traits, identifiers })]
}
