import type { Client } from '../client.js'
import { emailOf, makePerson } from '../person.js'
import { createRandom, type Random } from '../random.js'
import { createWords, makeSentence } from '../recall/made-up.js'

/** How the operations of the load are mixed; all together 100. */
const MIX = {
  fetch: 24,
  lookup: 10,
  traits: 6,
  list: 4,
  patch: 14,
  replace: 8,
  identifier: 6,
  observe: 10,
  summarise: 3,
  converse: 3,
  recall: 9,
  bulk: 1,
  traitGroup: 1,
  refused: 1,
} as const
type Kind = keyof typeof MIX

const BULK_SIZE = 20
const FIXED_PEOPLE = 500
const CONVERSATIONS = 50
const OBSERVATIONS_KEPT = 12

/** A latency, and how the operation it belongs to ended. */
export interface Sample {
  readonly kind: Kind
  readonly ms: number
}

/** Everything the load stands on. The people stay as many as they are: what is written anew replaces what was there. */
export interface Population {
  readonly store: string
  readonly client: Client
  readonly random: Random
  readonly sentence: () => string
  /** Ids of profiles that come and go, oldest first. */
  readonly ids: string[]
  next: number
}

export async function createPopulation(client: Client, store: string, size: number): Promise<Population> {
  const random = createRandom(8)
  const word = createWords(random)
  const sentence = () => makeSentence(random, word)
  const population: Population = { store, client, random, sentence, ids: [], next: FIXED_PEOPLE }
  while (population.ids.length < size) await addPerson(population)
  return population
}

/** Does one operation, drawn at random; resolves with how long it took. @throws for an answer that is no success */
export async function operate(population: Population): Promise<Sample> {
  const kind = drawKind(population.random)
  const started = performance.now()
  await OPERATIONS[kind](population)
  return { kind, ms: performance.now() - started }
}

function drawKind(random: Random): Kind {
  let left = random.integer(100)
  for (const [kind, share] of Object.entries(MIX)) {
    left -= share
    if (left < 0) return kind as Kind
  }
  return 'fetch'
}

async function addPerson(population: Population): Promise<void> {
  const { client, store } = population
  const person = makePerson(population.next)
  population.next += 1
  const { body } = await client<{ id: string }>('POST', `/v1/Stores/${store}/Profiles`, person)
  population.ids.push(body.id)
}

/** The path of somebody who is not deleted while this goes on: the oldest are. */
function someone({ store, ids, random }: Population): string {
  const young = Math.floor(ids.length / 4)
  return `/v1/Stores/${store}/Profiles/${ids[young + random.integer(ids.length - young)]}`
}

const OPERATIONS: Readonly<Record<Kind, (population: Population) => Promise<unknown>>> = {
  fetch: (population) => population.client('GET', someone(population)),
  traits: (population) => population.client('GET', `${someone(population)}/Traits`),
  list: ({ client, store }) => client('GET', `/v1/Stores/${store}/Profiles?pageSize=50`),
  lookup: ({ client, store, random, next }) =>
    client('POST', `/v1/Stores/${store}/Profiles/Lookup`, { idType: 'email', value: emailOf(random.integer(next)) }),
  patch: (population) =>
    population.client('PATCH', someone(population), {
      traits: { Contact: { city: `City${population.random.integer(1000)}` } },
    }),
  async replace(population) {
    const { client, store, ids } = population
    await addPerson(population)
    await client('DELETE', `/v1/Stores/${store}/Profiles/${ids.shift()}`)
  },
  async identifier({ client, random, next, ...population }) {
    const path = `${someone({ client, random, next, ...population })}/Identifiers`
    const value = `chat-${next}-${random.integer(1e9)}`
    await client('POST', path, { idType: 'chat', value })
    await client('PATCH', `${path}/chat`, { idType: 'chat', oldValue: value, newValue: `${value}-b` }).catch(ignoreGone)
    await client('DELETE', `${path}/chat?removeAll=true`).catch(ignoreGone)
  },
  observe,
  summarise,
  converse({ client, store, random, sentence }) {
    const id = (prefix: string, number: number) => `${prefix}_${String(number).padStart(26, '0')}`
    const participant = (number: number) => ({
      id: id('conv_participant', number),
      name: `Somebody ${number}`,
      address: `+1202555${String(number).padStart(4, '0')}`,
      channel: 'SMS',
    })
    const path = `/recollect/v1/Stores/${store}/Conversations/${id('conv_conversation', random.integer(CONVERSATIONS))}`
    const communication = {
      id: id('conv_communication', random.integer(CONVERSATIONS * 40)),
      content: { text: sentence() },
      author: participant(1),
      recipients: [participant(2)],
    }
    return client('POST', `${path}/Communications`, { communications: [communication] })
  },
  recall: (population) =>
    population.client('POST', `${someone(population)}/Recall`, { query: population.sentence().slice(0, 60) }),
  bulk({ client, store, random }) {
    const first = random.integer(FIXED_PEOPLE - BULK_SIZE)
    const profiles = Array.from({ length: BULK_SIZE }, (_, index) => makePerson(first + index))
    return client('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles })
  },
  async traitGroup({ client, store, random }) {
    const path = `/v1/ControlPlane/Stores/${store}/TraitGroups`
    const displayName = `Group${random.integer(1e9)}`
    await client('POST', path, { displayName, traits: { tier: { dataType: 'STRING' } } })
    await client('DELETE', `${path}/${displayName}`)
  },
  async refused({ client, store }) {
    const refusal = await client('POST', `/v1/Stores/${store}/Profiles`, { traits: 1 }).catch((error: Error) => error)
    if (!(refusal instanceof Error)) throw new Error('a body that is wrong was taken')
  },
}

/** Adds an observation, changes one and erases the oldest when there are many. */
async function observe(population: Population): Promise<void> {
  const { client, sentence } = population
  const path = `${someone(population)}/Observations`
  const occurredAt = '2026-01-05T10:00:00Z'
  await client('POST', path, { observations: [{ content: sentence(), occurredAt, source: 'soak' }] })
  const { body } = await client<{ observations: { id: string }[] }>('GET', `${path}?pageSize=100`)
  const [newest] = body.observations
  const oldest = body.observations.at(-1)
  if (newest !== undefined) await client('PATCH', `${path}/${newest.id}`, { content: sentence() }).catch(ignoreGone)
  if (oldest !== undefined && body.observations.length > OBSERVATIONS_KEPT) {
    await client('DELETE', `${path}/${oldest.id}`).catch(ignoreGone)
  }
}

/** Writes the summary of a conversation and erases the one before. */
async function summarise(population: Population): Promise<void> {
  const { client, sentence } = population
  const path = `${someone(population)}/ConversationSummaries`
  const conversationId = `conv_conversation_${'0'.repeat(26)}`
  const { body } = await client<{ summaries: { id: string }[] }>('GET', path)
  for (const { id } of body.summaries) await client('DELETE', `${path}/${id}`).catch(ignoreGone)
  const summary = { content: sentence(), conversationId, occurredAt: '2026-01-05T10:00:00Z', source: 'soak' }
  await client('POST', path, { summaries: [summary] })
}

/** Another worker erased it first. */
function ignoreGone(error: Error): void {
  if (!error.message.includes(': 404 ')) throw error
}
