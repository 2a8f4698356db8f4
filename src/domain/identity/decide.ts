import type { StoreSchema } from '../schema.js'
import { byAge, type IdentifierValue, type OwnedIdentifier, type ProfileState } from './state.js'

export interface IdentityRules extends Pick<StoreSchema, 'identifierTypes' | 'matchingRules'> {
  /** So many profiles one value may make one of; beyond it, the value is a hub. Absent: no limit. */
  readonly maxJoinedProfiles?: number
}

export function rulesOf(
  { identifierTypes, matchingRules }: StoreSchema,
  { joinedProfiles: maxJoinedProfiles }: { readonly joinedProfiles: number },
): IdentityRules {
  return { identifierTypes, matchingRules, maxJoinedProfiles }
}

/** Which profiles own a value, as far as is known. */
export type OwnersOf = (identifier: IdentifierValue) => readonly ProfileState[]

/**
 * A profile that is the same person, and the rule that says so: an identifier type, or two joined by `+`; empty for the
 * profile that the write names itself.
 */
export interface Match {
  readonly profile: ProfileState
  readonly rule: string
  /** The value that matched, where one alone did. */
  readonly via?: IdentifierValue
}

export type Decision = (
  | { readonly kind: 'create' }
  | { readonly kind: 'update'; readonly canonical: Match; readonly absorbed: readonly Match[] }
) & {
  /** Profiles that share a value with the write and stay apart because it is a hub. Absent: none. */
  readonly keptApart?: readonly ProfileState[]
}

/** Whether a value of the type may belong to one profile only, so that it alone joins two profiles. */
export function isExclusive(rules: IdentityRules, idType: string): boolean {
  return rules.matchingRules.includes(idType) && rules.identifierTypes.get(idType)?.enforceUnique === true
}

/** The types that join two profiles only together: they are rules, but several profiles may share a value. */
export function sharedRules(rules: IdentityRules): string[] {
  return rules.matchingRules.filter((idType) => rules.identifierTypes.get(idType)?.enforceUnique === false)
}

/**
 * Decides who a write is about. Matching rules are alternatives: nobody matches → a new profile, one → it is updated,
 * several → they are merged into the earliest.
 *
 * @param target the profile the write names, if it does
 */
export function decide(
  rules: IdentityRules,
  identifiers: readonly IdentifierValue[],
  ownersOf: OwnersOf,
  target?: ProfileState,
): Decision {
  const matches = new Map<string, Match>()
  const ofHubs: ProfileState[] = []
  if (target !== undefined) matches.set(target.id, { profile: target, rule: '' })
  for (const rule of rules.matchingRules) {
    if (!isExclusive(rules, rule)) continue
    for (const identifier of identifiers) {
      if (identifier.idType !== rule) continue
      for (const owner of ownersOf(identifier)) {
        if (isHub(rules, findOwned(owner, identifier))) ofHubs.push(owner)
        else addMatches(matches, [owner], rule, identifier)
      }
    }
  }
  const shared = sharedRules(rules)
  if (shared.length > 1) addSharedMatches(matches, shared, identifiers, ownersOf)
  const people = [...matches.values()].sort((a, b) => byAge(a.profile, b.profile))
  const [first, ...absorbed] = people
  const keptApart = ofHubs.filter(({ id }) => !matches.has(id))
  return {
    ...(first === undefined ? { kind: 'create' } : { kind: 'update', canonical: first, absorbed }),
    ...(keptApart.length > 0 && { keptApart }),
  }
}

/**
 * Whether a value joined so many profiles that it joins no more: a shared office phone must not make one person of a
 * town. Its owners keep it, and more may share it.
 */
export function isHub(rules: IdentityRules, identifier: { readonly joins?: number } | undefined): boolean {
  const joinedProfiles = (identifier?.joins ?? 0) + 1
  return joinedProfiles >= (rules.maxJoinedProfiles ?? Number.POSITIVE_INFINITY)
}

export function findOwned(profile: ProfileState, { idType, value }: IdentifierValue): OwnedIdentifier | undefined {
  return profile.identifiers.find((owned) => owned.idType === idType && owned.value === value)
}

function addMatches(
  matches: Map<string, Match>,
  owners: readonly ProfileState[],
  rule: string,
  via?: IdentifierValue,
): void {
  for (const profile of owners) {
    if (!matches.has(profile.id)) matches.set(profile.id, { profile, rule, ...(via && { via }) })
  }
}

/** Adds profiles that share values of two types with the write or with a profile found, until nobody new is found. */
function addSharedMatches(
  matches: Map<string, Match>,
  shared: readonly string[],
  identifiers: readonly IdentifierValue[],
  ownersOf: OwnersOf,
): void {
  let known = -1
  while (known !== matches.size) {
    known = matches.size
    const all = [...identifiers, ...[...matches.values()].flatMap(({ profile }) => profile.identifiers)]
    const typesByOwner = new Map<ProfileState, Set<string>>()
    for (const identifier of all) {
      if (!shared.includes(identifier.idType)) continue
      for (const owner of ownersOf(identifier)) {
        typesByOwner.set(owner, (typesByOwner.get(owner) ?? new Set()).add(identifier.idType))
      }
    }
    for (const [owner, types] of typesByOwner) {
      if (types.size > 1) addMatches(matches, [owner], shared.filter((idType) => types.has(idType)).join('+'))
    }
  }
}
