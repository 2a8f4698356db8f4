import { expect, it } from 'vitest'
import { createRandom, type Random } from '../../bench/random.js'
import { type Api, createApi } from '../support/api.js'
import { observation } from '../support/memory.js'
import { createProfile } from '../support/profile.js'
import { useServer } from '../support/use-server.js'

const CLIENTS = 16
const OPERATIONS = 40
const PROFILES = 6
const seed = Date.now() % 2 ** 31
const { api, server, store } = useServer()

/** What a client did, and when it began and was answered, in ticks of one clock. */
interface Entry {
  readonly kind: 'write' | 'read' | 'add' | 'list' | 'delete'
  readonly profile: string
  readonly invoked: number
  readonly returned: number
  /** What was written or added. */
  readonly value?: string | undefined
  /** What was read; nothing when the profile was not there. */
  readonly seen?: readonly string[] | undefined
}

const before = (a: Entry, b: Entry) => a.returned < b.invoked

/**
 * The model: a profile is a value and a set of observations until it is deleted, and every operation happens at one
 * moment between its begin and its answer. Returns what cannot be, in words.
 */
function findContradictions(history: readonly Entry[]): string[] {
  return [...new Set(history.map(({ profile }) => profile))].flatMap((profile) => {
    const own = history.filter((entry) => entry.profile === profile)
    return own.flatMap((entry) => judge(entry, own))
  })
}

function judge(entry: Entry, own: readonly Entry[]): string[] {
  const deletions = own.filter(({ kind }) => kind === 'delete')
  if (entry.kind !== 'read' && entry.kind !== 'list') return []
  const { seen, profile } = entry
  if (seen === undefined) return deletions.some(({ invoked }) => invoked < entry.returned) ? [] : [`${profile} is gone`]
  if (deletions.some((deletion) => before(deletion, entry))) return [`${profile} came back`]
  if (entry.kind === 'list') {
    const added = own.filter((other) => other.kind === 'add' && before(other, entry))
    return added.flatMap(({ value = '' }) => (seen.includes(value) ? [] : [`${profile} lost ${value}`]))
  }
  const [value] = seen
  const writes = own.filter(({ kind }) => kind === 'write')
  const source = writes.find((write) => write.value === value)
  if (source === undefined || entry.returned < source.invoked) return [`${profile} has ${value} out of nowhere`]
  const later = writes.find((write) => before(source, write) && before(write, entry))
  return later === undefined ? [] : [`${profile} has ${value}, but ${later.value} was written after it`]
}

async function operate(
  call: Api,
  random: Random,
  profiles: readonly string[],
  name: string,
  mayDelete: boolean,
): Promise<Omit<Entry, 'invoked' | 'returned'>> {
  const profile = random.pick(profiles)
  const path = `/v1/Stores/${store()}/Profiles/${profile}`
  const draw = random.integer(100)
  if (mayDelete && draw < 2) {
    await call('DELETE', path)
    return { kind: 'delete', profile }
  }
  if (draw < 35) {
    const { status } = await call('PATCH', path, { traits: { Contact: { city: name } } })
    return status === 202 ? { kind: 'write', profile, value: name } : { kind: 'read', profile }
  }
  if (draw < 55) {
    const { status } = await call('POST', `${path}/Observations`, { observations: [observation(name)] })
    return status === 202 ? { kind: 'add', profile, value: name } : { kind: 'list', profile }
  }
  const isList = draw < 75
  const { status, body } = await call('GET', isList ? `${path}/Observations?pageSize=100` : path)
  if (status === 404) return { kind: isList ? 'list' : 'read', profile }
  expect(status).toBe(200)
  const seen = isList
    ? body.observations.map(({ content }: { content: string }) => content)
    : [body.traits.Contact.city]
  return { kind: isList ? 'list' : 'read', profile, seen }
}

it(`what ${CLIENTS} clients see at the same time could have happened one after the other (seed ${seed})`, async () => {
  const profiles: string[] = []
  const history: Entry[] = []
  let tick = 0
  for (let index = 0; index < PROFILES; index += 1) {
    const contact = { chat: `history-${index}`, city: `first-${index}` }
    profiles.push(await createProfile(api, store(), { Contact: contact }))
    history.push({
      kind: 'write',
      profile: profiles[index] ?? '',
      value: contact.city,
      invoked: tick++,
      returned: tick++,
    })
  }
  const work = async (client: number) => {
    const random = createRandom(seed + client)
    const call = createApi(server())
    for (let count = 0; count < OPERATIONS; count += 1) {
      const invoked = tick++
      const entry = await operate(call, random, profiles, `value-${client}-${count}`, count > OPERATIONS / 2)
      history.push({ ...entry, invoked, returned: tick++ })
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)))
  expect(findContradictions(history)).toEqual([])
  expect(history.length).toBe(PROFILES + CLIENTS * OPERATIONS)
}, 60_000)

it('the check finds what cannot be', () => {
  const entry = (kind: Entry['kind'], invoked: number, more: Partial<Entry>): Entry => ({
    kind,
    profile: 'p',
    invoked,
    returned: invoked + 1,
    ...more,
  })
  const writes = [entry('write', 0, { value: 'a' }), entry('write', 2, { value: 'b' })]
  expect(findContradictions([...writes, entry('read', 4, { seen: ['a'] })])).toHaveLength(1)
  expect(findContradictions([entry('add', 0, { value: 'x' }), entry('list', 2, { seen: [] })])).toHaveLength(1)
  expect(findContradictions([...writes, entry('delete', 4, {}), entry('read', 6, { seen: ['b'] })])).toHaveLength(1)
  expect(findContradictions([...writes, entry('read', 4, { seen: ['b'] })])).toEqual([])
})
