import type { IdentifierConfig } from '../../contract/identity.js'
import {
  byAge,
  type Displaced,
  entryOf,
  type OwnedIdentifier,
  type ProfileState,
  type TraitFact,
  withEntry,
} from './state.js'

type IdentifierTypes = ReadonlyMap<string, Pick<IdentifierConfig, 'limit' | 'limitPolicy'>>

export interface MergeResult {
  readonly survivor: ProfileState
  readonly absorbed: ProfileState
  readonly displaced: Displaced
}

/**
 * Makes one profile of two: the earlier survives, of each trait the newest value, all identifiers in the order of time
 * under limit and policy. Which of the two is named first does not matter, nor in which order several are merged.
 */
export function mergeProfiles(a: ProfileState, b: ProfileState, types: IdentifierTypes): MergeResult {
  const [older, younger] = byAge(a, b) <= 0 ? [a, b] : [b, a]
  const traits = mergeTraits(older, younger)
  const union = uniteIdentifiers([...older.identifiers, ...younger.identifiers])
  const identifiers = applyLimits(union, types)
  const kept = new Set(identifiers.map(identityOf))
  const lost = [...older.identifiers, ...younger.identifiers].filter((identifier) => !kept.has(identityOf(identifier)))
  return {
    survivor: { ...older, traits: traits.traits, facts: traits.facts, identifiers },
    absorbed: younger,
    displaced: { traits: traits.displaced, identifiers: lost },
  }
}

/** Tells one fact "this value was written to that profile then" from all others. */
export function identityOf({ idType, value, origin, ordinal }: OwnedIdentifier): string {
  return `${idType}\n${value}\n${origin}\n${ordinal}`
}

function mergeTraits(older: ProfileState, younger: ProfileState) {
  let { traits, facts } = older
  const displaced: Displaced['traits'][number][] = []
  for (const [group, entries] of Object.entries(younger.facts)) {
    for (const [name, fact] of Object.entries(entries)) {
      const known = entryOf(older.facts, group, name)
      if (known !== undefined && !isNewer(fact, known)) continue
      if (known !== undefined) {
        displaced.push({ group, name, value: entryOf(older.traits, group, name) ?? null, fact: known })
      }
      traits = withEntry(traits, group, name, entryOf(younger.traits, group, name))
      facts = withEntry(facts, group, name, fact)
    }
  }
  return { traits, facts, displaced }
}

function isNewer(a: TraitFact, b: TraitFact): boolean {
  return a.ordinal > b.ordinal || (a.ordinal === b.ordinal && a.origin > b.origin)
}

/** Orders identifiers by time and keeps the oldest of equal ones: adding a known value again changes nothing. */
export function uniteIdentifiers(identifiers: readonly OwnedIdentifier[]): OwnedIdentifier[] {
  if (identifiers.length < 2) return [...identifiers]
  const oldest = new Map<string, OwnedIdentifier>()
  for (const identifier of identifiers.toSorted(byTime)) {
    const key = `${identifier.idType}\n${identifier.value}`
    const known = oldest.get(key)
    if (known === undefined) oldest.set(key, identifier)
    else if ((identifier.joins ?? 0) > (known.joins ?? 0)) oldest.set(key, { ...known, joins: identifier.joins ?? 0 })
  }
  return [...oldest.values()]
}

function byTime(a: OwnedIdentifier, b: OwnedIdentifier): number {
  if (a.ordinal !== b.ordinal) return a.ordinal - b.ordinal
  return compare(a.origin, b.origin) || compare(a.idType, b.idType) || compare(a.value, b.value)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Drops what exceeds the limit of its type: `fifo` the oldest, `lifo` the newest.
 *
 * @param identifiers oldest first
 */
export function applyLimits(
  identifiers: readonly OwnedIdentifier[],
  types: IdentifierTypes,
): readonly OwnedIdentifier[] {
  const total = identifiers.length
  if (identifiers.every(({ idType }) => total <= (types.get(idType)?.limit ?? total))) return identifiers
  const counts = new Map<string, number>()
  for (const { idType } of identifiers) counts.set(idType, (counts.get(idType) ?? 0) + 1)
  const seen = new Map<string, number>()
  return identifiers.filter(({ idType }) => {
    const position = seen.get(idType) ?? 0
    seen.set(idType, position + 1)
    const config = types.get(idType)
    if (config === undefined) return true
    const surplus = (counts.get(idType) ?? 0) - config.limit
    return config.limitPolicy === 'fifo' ? position >= surplus : position < config.limit
  })
}
