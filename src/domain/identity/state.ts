import type { Traits, TraitValue } from '../../contract/profile.js'

/** A normalised identifier. */
export interface IdentifierValue {
  readonly idType: string
  readonly value: string
}

/** An identifier of a profile, with the profile it was written to and when (see `ordinal` in storage/tables.ts). */
export interface OwnedIdentifier extends IdentifierValue {
  readonly origin: string
  readonly ordinal: number
  /** How many profiles the value merged away. */
  readonly joins?: number
}

/** When a trait was last written and to which profile. A removed trait keeps its fact, so that it stays removed. */
export interface TraitFact {
  readonly ordinal: number
  readonly origin: string
}

export type TraitFacts = Readonly<Record<string, Readonly<Record<string, TraitFact>>>>

/** A profile as the rules of identity see it. Values are never changed in place. */
export interface ProfileState {
  readonly id: string
  readonly createdAt: number
  readonly traits: Readonly<Traits>
  readonly facts: TraitFacts
  /** Oldest first. */
  readonly identifiers: readonly OwnedIdentifier[]
}

/** The earliest profile is the canonical one. */
export function byAge(a: ProfileState, b: ProfileState): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** An entry of a map of maps; customers may name traits like the methods every object has. */
export function entryOf<V>(
  map: Readonly<Record<string, Readonly<Record<string, V>>>>,
  group: string,
  name: string,
): V | undefined {
  const entries = Object.hasOwn(map, group) ? map[group] : undefined
  return entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined
}

/** A new map of maps with one entry set, or removed when there is no value; an empty group disappears. */
export function withEntry<V>(
  map: Readonly<Record<string, Readonly<Record<string, V>>>>,
  group: string,
  name: string,
  value: V | undefined,
): Record<string, Record<string, V>> {
  return withEntries(map, group, [[name, value]])
}

/** Like `withEntry` for several entries of one group, in their order; an entry that exists keeps its place. */
export function withEntries<V>(
  map: Readonly<Record<string, Readonly<Record<string, V>>>>,
  group: string,
  entries: readonly (readonly [name: string, value: V | undefined])[],
): Record<string, Record<string, V>> {
  const changed = Object.hasOwn(map, group) ? { ...map[group] } : {}
  for (const [name, value] of entries) {
    if (value === undefined) delete changed[name]
    else setOwn(changed, name, value)
  }
  if (Object.keys(changed).length > 0) return setOwn({ ...map }, group, changed)
  const { [group]: _, ...otherGroups } = map
  return otherGroups
}

/** Sets a property of its own, whatever its name: `__proto__` would set another object's. */
function setOwn<V>(target: Record<string, V>, name: string, value: V): Record<string, V> {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
  else target[name] = value
  return target
}

type StoredFact = readonly [ordinal: number] | readonly [ordinal: number, origin: string]

/**
 * Facts as they are stored, JSON: the origin is left out where it is the profile itself, which it nearly always is. Written by
 * hand: to build an object for JSON.stringify took longer than to write it.
 */
export function serializeFacts({ id, facts }: Pick<ProfileState, 'id' | 'facts'>): string {
  let text = ''
  for (const [group, ofGroup] of Object.entries(facts)) {
    text += `${text === '' ? '' : ','}${JSON.stringify(group)}:{`
    let separator = ''
    for (const name of Object.keys(ofGroup)) {
      const { ordinal, origin } = ofGroup[name] as TraitFact
      text += `${separator}${JSON.stringify(name)}:[${origin === id ? ordinal : `${ordinal},${JSON.stringify(origin)}`}]`
      separator = ','
    }
    text += '}'
  }
  return `{${text}}`
}

export function parseFacts(profileId: string, text: string): TraitFacts {
  const stored = JSON.parse(text) as Record<string, Record<string, StoredFact>>
  return Object.fromEntries(
    Object.entries(stored).map(([group, facts]) => [
      group,
      Object.fromEntries(
        Object.entries(facts).map(([name, [ordinal, origin = profileId]]) => [name, { ordinal, origin }]),
      ),
    ]),
  )
}

/** What a profile that survives a merge lost by it, for the ledger. */
export interface Displaced {
  readonly traits: readonly { group: string; name: string; value: TraitValue | null; fact: TraitFact }[]
  readonly identifiers: readonly OwnedIdentifier[]
}
