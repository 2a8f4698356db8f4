import type { Answer, Api } from '../support/api.js'
import {
  findDifferences,
  identifiersOf,
  type Knowledge,
  mergePersons,
  NOBODY,
  type Person,
  writeTraits,
} from './person.js'

interface Write {
  readonly method: string
  readonly path: string
  readonly traits: Readonly<Record<string, string | null>> | undefined
  /** What the client will know once the write is acknowledged. */
  readonly after: (id: string | undefined) => Knowledge
}

/** A client that writes one thing after the other and remembers what was acknowledged. */
export interface Client {
  /** Writes until the server is gone, or says that its database is. */
  writeUntilGone(api: Api): Promise<void>
  /**
   * Compares a restarted server with what was acknowledged. The one write whose answer was lost may have happened or
   * not, but as a whole.
   *
   * @returns differences
   */
  check(api: Api): Promise<string[]>
  readonly acknowledged: () => number
}

/** All that clients were told is stored: a test in which nothing was would show nothing. */
export function countAcknowledged(clients: readonly Pick<Client, 'acknowledged'>[]): number {
  return clients.reduce((sum, client) => sum + client.acknowledged(), 0)
}

/** What the client was told that was told least: each is to have written. */
export function countLeastAcknowledged(clients: readonly Pick<Client, 'acknowledged'>[]): number {
  return Math.min(...clients.map((client) => client.acknowledged()))
}

export function createClient(store: string, name: string): Client {
  let knowledge: Knowledge = { people: [], gone: [], used: [] }
  let unanswered: Knowledge | undefined
  let count = 0
  let acknowledged = 0

  return {
    async writeUntilGone(api) {
      for (;;) {
        count += 1
        const write = nextWrite(knowledge, name, count)
        unanswered = write.after(undefined)
        const answer = await send(api, store, write)
        if (answer === undefined || answer.status === 503) return
        if (answer.status !== 202) throw new Error(`${write.method} answers ${answer.status}: ${answer.body.message}`)
        knowledge = write.after(answer.body.id)
        unanswered = undefined
        acknowledged += 1
      }
    },
    async check(api) {
      const asKnown = { ...knowledge, used: unanswered?.used ?? knowledge.used }
      const differences = await findDifferences(api, store, asKnown)
      if (unanswered === undefined || differences.length === 0) {
        unanswered = undefined
        return differences
      }
      const asWritten = await findDifferences(api, store, unanswered)
      if (asWritten.length > 0) return ['as acknowledged:', ...differences, 'or with the last write:', ...asWritten]
      knowledge = unanswered
      unanswered = undefined
      return []
    },
    acknowledged: () => acknowledged,
  }
}

async function send(api: Api, store: string, { method, path, traits }: Write): Promise<Answer | undefined> {
  try {
    const body = traits && { traits: { Contact: traits } }
    return await api(method, `/v1/Stores/${store}/Profiles${path}`, body)
  } catch {
    return undefined
  }
}

/** Creates, patches, removals, merges and deletes in turn, always of this client's own people. */
function nextWrite(knowledge: Knowledge, name: string, count: number): Write {
  const { people } = knowledge
  const [first, second] = people
  const last = people.at(-1)
  const isKnown = people.every(({ id }) => id !== undefined)
  if (isKnown && first?.id && second?.id && last?.id && people.length > 2) {
    if (count % 6 === 0) return remove(knowledge, first)
    if (count % 6 === 1) return merge(knowledge, second, last, count)
  }
  if (isKnown && last?.id) {
    if (count % 6 === 2) return patch(knowledge, last, { chat: `${name}-${count}`, firstName: `n${count}` }, count)
    if (count % 6 === 3) return patch(knowledge, last, { lastName: null, city: `c${count}` }, count)
  }
  return create(knowledge, name, count)
}

function withUsed(knowledge: Knowledge, traits: Write['traits']): string[] {
  return [...new Set([...knowledge.used, ...identifiersOf(traits ?? {})])]
}

function replace(knowledge: Knowledge, person: Person, next: Person): Person[] {
  return knowledge.people.map((known) => (known === person ? next : known))
}

function create(knowledge: Knowledge, name: string, count: number): Write {
  const traits = {
    email: `${name}-${count}@example.com`,
    whatsapp: `${name}-${count}`,
    firstName: `n${count}`,
    lastName: 'Lovelace',
  }
  const person = writeTraits(NOBODY, traits, count)
  const after: Write['after'] = (id) => ({
    ...knowledge,
    people: [...knowledge.people, { ...person, id }],
    used: withUsed(knowledge, traits),
  })
  return { method: 'POST', path: '', traits, after }
}

function patch(knowledge: Knowledge, person: Person, traits: NonNullable<Write['traits']>, count: number): Write {
  const people = replace(knowledge, person, writeTraits(person, traits, count))
  const after = () => ({ ...knowledge, people, used: withUsed(knowledge, traits) })
  return { method: 'PATCH', path: `/${person.id}`, traits, after }
}

function merge(knowledge: Knowledge, older: Person, younger: Person, count: number): Write {
  const traits = { email: older.traits.email ?? '', whatsapp: younger.traits.whatsapp ?? '', city: `m${count}` }
  const merged = writeTraits(mergePersons(older, younger), traits, count)
  const people = replace(knowledge, older, merged).filter((person) => person !== younger)
  return { method: 'POST', path: '', traits, after: () => ({ ...knowledge, people }) }
}

function remove(knowledge: Knowledge, person: Person): Write {
  const people = knowledge.people.filter((known) => known !== person)
  const gone = [...knowledge.gone, ...person.moved, ...(person.id === undefined ? [] : [person.id])]
  return { method: 'DELETE', path: `/${person.id}`, traits: undefined, after: () => ({ ...knowledge, people, gone }) }
}
