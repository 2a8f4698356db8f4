import type { Api } from '../support/api.js'
import { lookup } from '../support/profile.js'

type Values = Readonly<Record<string, string | null>>

/** A person as the client that wrote it knows it. */
export interface Person {
  /** Nothing while the answer to its create was not seen. */
  readonly id: string | undefined
  /** Ids that were merged into it. */
  readonly moved: readonly string[]
  /** Contact traits; null was removed. */
  readonly traits: Values
  /** When each trait was written, in writes of this client. */
  readonly times: Readonly<Record<string, number>>
  /** Every identifier it ever had, as `type value`. */
  readonly identifiers: readonly string[]
}

/** All that one client wrote, when nobody else wrote to the same people. */
export interface Knowledge {
  /** Oldest first. */
  readonly people: readonly Person[]
  /** Ids that were deleted. */
  readonly gone: readonly string[]
  /** Every identifier that was ever written. */
  readonly used: readonly string[]
}

const PROMOTED = ['email', 'phone', 'chat', 'whatsapp']

export const NOBODY: Person = { id: undefined, moved: [], traits: {}, times: {}, identifiers: [] }

/** A person after a write of some traits. */
export function writeTraits(person: Person, traits: Values, time: number): Person {
  return {
    ...person,
    traits: { ...person.traits, ...traits },
    times: { ...person.times, ...Object.fromEntries(Object.keys(traits).map((name) => [name, time])) },
    identifiers: [...new Set([...person.identifiers, ...identifiersOf(traits)])],
  }
}

export function identifiersOf(traits: Values): string[] {
  return PROMOTED.flatMap((name) => (typeof traits[name] === 'string' ? [`${name} ${traits[name]}`] : []))
}

/** Two persons that turned out to be one: the older stays, of each trait the newest value. */
export function mergePersons(older: Person, younger: Person): Person {
  const newer = Object.entries(younger.traits).filter(([name]) => (younger.times[name] ?? 0) > (older.times[name] ?? 0))
  return {
    id: older.id,
    moved: [...older.moved, ...younger.moved, ...(younger.id === undefined ? [] : [younger.id])],
    traits: { ...older.traits, ...Object.fromEntries(newer) },
    times: { ...older.times, ...Object.fromEntries(newer.map(([name]) => [name, younger.times[name] ?? 0])) },
    identifiers: [...new Set([...older.identifiers, ...younger.identifiers])],
  }
}

/** Compares what a server has with what a client knows; returns every difference, in words. */
export async function findDifferences(api: Api, store: string, knowledge: Knowledge): Promise<string[]> {
  const differences: string[] = []
  const owned = new Set<string>()
  for (const person of knowledge.people) {
    for (const identifier of person.identifiers) owned.add(identifier)
    differences.push(...(await comparePerson(api, store, person)))
  }
  for (const id of knowledge.gone) {
    const { status } = await api('GET', `/v1/Stores/${store}/Profiles/${id}`)
    if (status !== 404) differences.push(`${id} was deleted and answers ${status}`)
  }
  for (const identifier of knowledge.used) {
    if (owned.has(identifier)) continue
    const owners = await lookupIdentifier(api, store, identifier)
    if (owners.length > 0) differences.push(`${identifier} should be nobody's and is ${owners.join(', ')}'s`)
  }
  return differences
}

async function comparePerson(api: Api, store: string, person: Person): Promise<string[]> {
  const differences: string[] = []
  const id = person.id ?? (await lookupIdentifier(api, store, person.identifiers[0] ?? ''))[0]
  const { status, body } = await api('GET', `/v1/Stores/${store}/Profiles/${id}`)
  if (status !== 200) return [`${id} (${person.identifiers[0]}) answers ${status}`]
  const wanted = Object.fromEntries(Object.entries(person.traits).filter(([, value]) => value !== null))
  const found = body.traits.Contact ?? {}
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    if (wanted[name] !== found[name]) differences.push(`${id} ${name} is ${found[name]}, should be ${wanted[name]}`)
  }
  for (const identifier of person.identifiers) {
    const owners = await lookupIdentifier(api, store, identifier)
    if (owners.length !== 1 || owners[0] !== id) differences.push(`${identifier} is of [${owners}], should be of ${id}`)
  }
  for (const moved of person.moved) {
    const answer = await api('GET', `/v1/Stores/${store}/Profiles/${moved}`)
    if (answer.headers.get('canonical-profile-id') !== id) {
      differences.push(`${moved} should lead to ${id} and answers ${answer.status}`)
    }
  }
  return differences
}

function lookupIdentifier(api: Api, store: string, identifier: string): Promise<string[]> {
  const space = identifier.indexOf(' ')
  return lookup(api, store, identifier.slice(0, space), identifier.slice(space + 1))
}
