import { groupBy } from '../../group-by.js'
import type { TraitChange } from '../trait.js'
import { decide, findOwned, type IdentityRules, type Match, type OwnersOf } from './decide.js'
import { applyEdit, type IdentifierEdit } from './edit.js'
import { applyLimits, mergeProfiles, uniteIdentifiers } from './merge.js'
import {
  type Displaced,
  entryOf,
  type IdentifierValue,
  type OwnedIdentifier,
  type ProfileState,
  type TraitFact,
  withEntries,
} from './state.js'

/** One write, as identity sees it. */
export interface WorldWrite {
  readonly target: ProfileState | undefined
  readonly changes: readonly TraitChange[]
  readonly identifiers: readonly IdentifierValue[]
  /** Applied to the target before anything else. */
  readonly edit?: IdentifierEdit | undefined
  /** Time of the write, see `ordinal` in storage/tables.ts. */
  readonly ordinal: number
}

export interface Absorption {
  readonly absorbed: ProfileState
  readonly survivorId: string
  readonly rule: string
  readonly displaced: Displaced
}

export interface WorldOutcome {
  readonly profileId: string
  readonly created: boolean
  readonly absorptions: readonly Absorption[]
  /** Whether a hub was in the way of a merge. */
  readonly keptApart: boolean
}

/**
 * The profiles that a batch may touch, in memory: writes are applied one after the other, each sees those before it.
 * The caller loads every profile that an identifier of the batch points at.
 */
export interface World {
  /** @throws ApiError when an edit does not fit the target; the world is unchanged then */
  apply(write: WorldWrite, newProfile: () => { id: string; createdAt: number }): WorldOutcome
  /** A profile by any id it ever had in this world. */
  find(id: string): ProfileState | undefined
  /** All canonical profiles. */
  profiles(): Iterable<ProfileState>
}

const NOBODY: readonly ProfileState[] = []

export function createWorld(rules: IdentityRules, loaded: Iterable<ProfileState>): World {
  const profiles = new Map<string, ProfileState>()
  const owners = new Map<string, string[]>()
  const canonicalIds = new Map<string, string>()
  const keyOf = ({ idType, value }: IdentifierValue) => `${idType}\n${value}`

  const forget = (state: ProfileState) => {
    for (const identifier of state.identifiers) {
      const key = keyOf(identifier)
      const others = owners.get(key)?.filter((id) => id !== state.id) ?? []
      if (others.length > 0) owners.set(key, others)
      else owners.delete(key)
    }
    profiles.delete(state.id)
  }
  const remember = (state: ProfileState) => {
    profiles.set(state.id, state)
    for (const identifier of state.identifiers) {
      const key = keyOf(identifier)
      const ids = owners.get(key)
      if (ids === undefined) owners.set(key, [state.id])
      else if (!ids.includes(state.id)) ids.push(state.id)
    }
  }
  const replace = (state: ProfileState) => {
    const before = profiles.get(state.id)
    if (before !== undefined) forget(before)
    remember(state)
  }
  const find = (id: string): ProfileState | undefined => {
    let current = id
    for (let next = canonicalIds.get(current); next !== undefined; next = canonicalIds.get(current)) current = next
    return profiles.get(current)
  }
  const ownersOf = (identifier: IdentifierValue): readonly ProfileState[] =>
    owners.get(keyOf(identifier))?.flatMap((id) => profiles.get(id) ?? []) ?? NOBODY

  const absorb = (canonical: ProfileState, { profile, rule }: Match): [ProfileState, Absorption] => {
    const { survivor, absorbed, displaced } = mergeProfiles(canonical, profile, rules.identifierTypes)
    forget(absorbed)
    replace(survivor)
    canonicalIds.set(absorbed.id, survivor.id)
    return [survivor, { absorbed, survivorId: survivor.id, rule, displaced }]
  }

  const editTarget = ({ target, edit }: WorldWrite): ProfileState | undefined => {
    if (target === undefined || edit === undefined) return target
    const edited = applyEdit(target, edit, rules)
    replace(edited)
    return edited
  }

  for (const state of loaded) remember(state)
  return {
    find,
    profiles: () => profiles.values(),
    apply(write, newProfile) {
      const target = editTarget(write)
      const decision = decide(rules, write.identifiers, ownersOf, target)
      const absorptions: Absorption[] = []
      let state: ProfileState
      if (decision.kind === 'create') {
        const { id, createdAt } = newProfile()
        state = { id, createdAt, traits: {}, facts: {}, identifiers: [] }
      } else {
        const { canonical, absorbed } = decision
        state = canonical.profile
        for (const match of absorbed) {
          // The profile a write names has no rule of its own: the one that found the survivor joined them.
          const [survivor, absorption] = absorb(state, { ...match, rule: match.rule || canonical.rule })
          state = countJoin(survivor, [canonical, match])
          absorptions.push(absorption)
        }
      }
      state = applyChanges(state, write)
      state = addIdentifiers(state, write, rules, ownersOf)
      replace(state)
      const keptApart = decision.keptApart !== undefined
      return { profileId: state.id, created: decision.kind === 'create', absorptions, keptApart }
    },
  }
}

/** Counts a merge at the values that caused it. */
function countJoin(state: ProfileState, matches: readonly Match[]): ProfileState {
  const causes = matches.flatMap(({ via }) => (via === undefined ? [] : (findOwned(state, via) ?? [])))
  if (causes.length === 0) return state
  return {
    ...state,
    identifiers: state.identifiers.map((owned) =>
      causes.includes(owned) ? { ...owned, joins: (owned.joins ?? 0) + 1 } : owned,
    ),
  }
}

function applyChanges(state: ProfileState, { changes, ordinal }: WorldWrite): ProfileState {
  let { traits, facts } = state
  for (const [group, ofGroup] of groupBy(changes, (change) => change.group)) {
    const known = facts
    traits = withEntries(
      traits,
      group,
      ofGroup.map(({ name, value }) => [name, value] as const),
    )
    facts = withEntries(
      facts,
      group,
      ofGroup.map(({ name }) => [name, newFact(state.id, ordinal, entryOf(known, group, name))] as const),
    )
  }
  const { id, createdAt, identifiers } = state
  return { id, createdAt, traits, facts, identifiers }
}

/** A write always wins over what it found, also when another node's clock is ahead. */
function newFact(origin: string, ordinal: number, known: TraitFact | undefined): TraitFact {
  return { ordinal: Math.max(ordinal, (known?.ordinal ?? 0) + 1), origin }
}

function addIdentifiers(
  state: ProfileState,
  write: WorldWrite,
  rules: IdentityRules,
  ownersOf: OwnersOf,
): ProfileState {
  if (write.identifiers.length === 0) return state
  const added = write.identifiers.map((identifier): OwnedIdentifier => {
    // A hub is a hub for each of its owners.
    let joins = 0
    for (const owner of ownersOf(identifier)) joins = Math.max(joins, findOwned(owner, identifier)?.joins ?? 0)
    const { idType, value } = identifier
    // Named, not spread: over a hundred thousand rows the difference is most of a second.
    return { idType, value, origin: state.id, ordinal: write.ordinal, joins }
  })
  const united = uniteIdentifiers([...state.identifiers, ...added])
  const { id, createdAt, traits, facts } = state
  return { id, createdAt, traits, facts, identifiers: applyLimits(united, rules.identifierTypes) }
}
