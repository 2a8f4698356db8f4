import { type Answer, type Api, createApi, createStore, uploadCsv } from '../support/api.js'
import type { TestServer } from '../support/server.js'

/** A server with something in it, and makers of more. */
export interface World {
  readonly server: TestServer
  readonly store: string
  /** A profile with an e-mail address that another one was merged into. */
  readonly profile: string
  /** The id of that other one. */
  readonly merged: string
  /** A name or address part that nobody else uses. */
  unique(): string
  newStore(displayName?: string): Promise<string>
  newProfile(): Promise<{ id: string; email: string }>
  newTraitGroup(): Promise<string>
  newDataMapping(): Promise<{ id: string; displayName: string }>
  /** Id of the operation of a store that was just made. */
  newOperation(): Promise<string>
  newImport(): Promise<{ id: string; url: URL }>
  /** Id of a job that waits behind one that takes a while. */
  newJob(): Promise<string>
  newObservation(): Promise<string>
  newSummary(): Promise<string>
}

export const CONVERSATION = 'conv_conversation_00000000000000000000000000'

export function dataMappingInput(displayName: string) {
  return {
    displayName,
    description: 'From the web shop',
    isEnabled: true,
    mappingFrom: { type: 'INGRESS', columns: ['mail', 'name'] },
    mappingTo: {
      type: 'TRAITS',
      mappings: [
        { expression: 'mail', traitGroup: 'Contact', traitName: 'email' },
        { expression: 'name', traitGroup: 'Contact', traitName: 'firstName' },
      ],
    },
  }
}

export function importInput() {
  return {
    filename: 'people.csv',
    fileSize: 100,
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: 'name', traitGroup: 'Contact', traitName: 'firstName' },
    ],
  }
}

export function observationInput() {
  return {
    content: 'Prefers to be called after six',
    occurredAt: '2026-01-05T10:00:00Z',
    source: 'agent notes',
    conversationIds: [CONVERSATION],
  }
}

export function summaryInput() {
  return {
    content: 'Asked for a refund of the blue lamp',
    occurredAt: '2026-01-05T10:00:00Z',
    source: 'agent notes',
    conversationId: CONVERSATION,
  }
}

export function communicationInput(number: string) {
  const participant = { name: 'Ada', type: 'CUSTOMER', address: '+13175550101', channel: 'SMS' }
  const id = (kind: string) => `conv_${kind}_${number.padStart(26, '0')}`
  return {
    id: id('communication'),
    channelId: 'SM1',
    content: { text: 'Can you call me after six?' },
    createdAt: '2026-01-05T10:00:00Z',
    author: { ...participant, id: id('participant') },
    recipients: [{ ...participant, id: id('participant'), type: 'AI_AGENT', deliveryStatus: 'DELIVERED' }],
  }
}

/** Calls and insists on a success. */
type Do = (method: string, path: string, body?: unknown) => Promise<Answer>

function insist(api: Api): Do {
  return async (method, path, body) => {
    const answer = await api(method, path, body)
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer
  }
}

export async function createWorld(server: TestServer): Promise<World> {
  const api = createApi(server)
  const request = insist(api)
  const store = await createStore(api)
  const profiles = `/v1/Stores/${store}/Profiles`
  let count = 0
  const unique = () => `w${process.pid}x${++count}`
  const email = 'earliest@example.com'
  const create = async (traits: object) => (await request('POST', profiles, { traits: { Contact: traits } })).body.id
  const profile = await create({ email, firstName: 'Ada' })
  const merged = await create({ phone: '+13175550101' })
  await create({ email, phone: '+13175550101' })
  return {
    server,
    store,
    profile,
    merged,
    unique,
    newProfile: async () => {
      const address = `${unique()}@example.com`
      return { id: await create({ email: address }), email: address }
    },
    newImport: async () => {
      const { body } = await request('POST', `${profiles}/Imports`, importInput())
      return { id: body.importId, url: new URL(body.url) }
    },
    newJob: () => queueJob(api, unique()),
    ...createStoreMakers(request, unique),
    ...createSchemaMakers(request, store, unique),
    ...createMemoryMakers(request, `${profiles}/${profile}`),
  }
}

const LONG_IMPORT_ROWS = 10_000

/** In a store of its own, whose jobs run one after the other. */
async function queueJob(api: Api, name: string): Promise<string> {
  const store = await createStore(api)
  const rows = Array.from({ length: LONG_IMPORT_ROWS }, (_, row) => `${name}-${row}@example.com,${row}`)
  const mappings = { mail: 'Contact.email', name: 'Contact.firstName' }
  await uploadCsv(api, store, `mail,name\n${rows.join('\n')}\n`, mappings)
  await uploadCsv(api, store, 'mail,name\na@example.com,A\n', mappings)
  return (await api('GET', '/recollect/v1/Jobs?pageSize=1')).body.jobs[0].id
}

function createStoreMakers(request: Do, unique: () => string): Pick<World, 'newStore' | 'newOperation'> {
  const accept = async (displayName: string) => (await request('POST', '/v1/ControlPlane/Stores', { displayName })).body
  const operationOf = ({ statusUrl }: { statusUrl: string }) => new URL(statusUrl).pathname
  return {
    newStore: async (displayName = unique()) =>
      (await request('GET', operationOf(await accept(displayName)))).body.result.id,
    newOperation: async () => (await request('GET', operationOf(await accept(unique())))).body.operationId,
  }
}

function createSchemaMakers(
  request: Do,
  store: string,
  unique: () => string,
): Pick<World, 'newTraitGroup' | 'newDataMapping'> {
  const controlPlane = `/v1/ControlPlane/Stores/${store}`
  return {
    newTraitGroup: async () => {
      const displayName = unique()
      await request('POST', `${controlPlane}/TraitGroups`, { displayName, traits: { color: { dataType: 'STRING' } } })
      return displayName
    },
    newDataMapping: async () => {
      const displayName = unique()
      const { body } = await request('POST', `${controlPlane}/DataMappings`, dataMappingInput(displayName))
      const operation = await request('GET', new URL(body.statusUrl).pathname)
      return { id: operation.body.result.id, displayName }
    },
  }
}

function createMemoryMakers(request: Do, profile: string): Pick<World, 'newObservation' | 'newSummary'> {
  return {
    newObservation: async () => {
      await request('POST', `${profile}/Observations`, { observations: [observationInput()] })
      return (await request('GET', `${profile}/Observations`)).body.observations[0].id
    },
    newSummary: async () => {
      await request('POST', `${profile}/ConversationSummaries`, { summaries: [summaryInput()] })
      return (await request('GET', `${profile}/ConversationSummaries`)).body.summaries[0].id
    },
  }
}
