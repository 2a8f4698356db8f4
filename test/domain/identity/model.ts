import type { IdentifierValue } from '../../../src/domain/identity/state.js'

/** Types of identifiers by what they do: `exclusive` ones join people alone, `shared` ones only two together. */
export interface ModelRules {
  readonly exclusive: readonly string[]
  readonly shared: readonly string[]
}

export interface ModelWrite {
  readonly identifiers: readonly IdentifierValue[]
  /** Number of an earlier write whose profile this one names. */
  readonly target?: number
  /** Trait values by name; `null` removes. */
  readonly traits?: Readonly<Record<string, string | null>>
}

/** A person is a set of writes, by their numbers, earliest first. */
export type Person = readonly number[]

/**
 * Who is one person, said as naively as can be: at first each write is a person of its own; as long as there are two
 * who must be the same, they are joined. Nothing is said about order, batches, limits or which profile survives.
 */
export function findPeople(rules: ModelRules, writes: readonly ModelWrite[]): Person[] {
  let people: Person[] = writes.map((_, index) => [index])
  for (;;) {
    const pair = pairs(people).find(([a, b]) => isSamePerson(rules, writes, a, b))
    if (pair === undefined) return people.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
    people = [...people.filter((person) => !pair.includes(person)), [...pair[0], ...pair[1]].sort((a, b) => a - b)]
  }
}

function isSamePerson(rules: ModelRules, writes: readonly ModelWrite[], a: Person, b: Person): boolean {
  const named = (one: Person, other: Person) => one.some((index) => other.includes(writes[index]?.target ?? -1))
  if (named(a, b) || named(b, a)) return true
  const others = identifiersOf(writes, b)
  const isShared = (one: IdentifierValue) =>
    others.some((other) => one.idType === other.idType && one.value === other.value)
  const common = new Set(identifiersOf(writes, a).flatMap((one) => (isShared(one) ? one.idType : [])))
  return (
    rules.exclusive.some((idType) => common.has(idType)) ||
    rules.shared.filter((idType) => common.has(idType)).length >= 2
  )
}

export function identifiersOf(writes: readonly ModelWrite[], person: Person): IdentifierValue[] {
  return person.flatMap((index) => writes[index]?.identifiers ?? [])
}

/** The traits of a person: the newest write of each wins. */
export function traitsOf(writes: readonly ModelWrite[], person: Person): Record<string, string> {
  const traits = new Map<string, string | null>()
  for (const index of person) for (const entry of Object.entries(writes[index]?.traits ?? {})) traits.set(...entry)
  return Object.fromEntries([...traits].filter((entry): entry is [string, string] => entry[1] !== null))
}

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b): [T, T] => [a, b]))
}
