import { setTimeout as sleep } from 'node:timers/promises'
import type { Communication } from '../../src/contract/communication.js'
import type { Import } from '../../src/contract/import.js'
import type { Observation } from '../../src/contract/observation.js'
import type { Summary } from '../../src/contract/summary.js'
import { type Api, DemoError, forEach } from './client.js'
import { COLUMNS, COMPANY, type Customer, makeCustomers, makeTillExport, SPLIT, STAR, TRAIT_GROUPS } from './company.js'
import { type Fact, TALKS, type Talk } from './talks.js'

/** Every so many customers one talks to the company. */
const TALKS_EVERY = 3
const FILE_NAME = 'till-export.csv'
const POLL_MS = 50
const IMPORT_TIMEOUT_MS = 60_000
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const FIRST_DAY = Date.UTC(2026, 0, 5, 9)

/** Told of what was done, a line each. */
type Say = (label: string, text: string) => void

/** Fills a store of the account through the API. What is there already stays, and is not written twice. */
export async function fillDemo(api: Api, say: Say): Promise<{ readonly store: string; readonly star: string }> {
  const store = await findOrCreateStore(api)
  say('store', `${COMPANY} (${store})`)
  for (const group of TRAIT_GROUPS) {
    await api('POST', `/v1/ControlPlane/Stores/${store}/TraitGroups`, group, [409])
  }
  const customers = makeCustomers()
  const ids = await createCustomers(api, store, customers.byApi)
  say('customers', `${customers.byApi.length} by CreateProfile`)
  say('talks', await holdTalks(api, store, customers.byApi, ids))
  say('merge', await mergeHalves(api, store))
  say('import', await importFile(api, store, makeTillExport(customers)))
  return { store, star: ids[0] ?? '' }
}

async function findOrCreateStore(api: Api): Promise<string> {
  const found = await findStore(api)
  if (found !== undefined) return found
  await api('POST', '/v1/ControlPlane/Stores', {
    displayName: COMPANY,
    description: 'A made-up bicycle shop, from npm run demo',
  })
  const made = await findStore(api)
  if (made === undefined) throw new DemoError(`the store ${COMPANY} was accepted and is not in the list`)
  return made
}

async function findStore(api: Api): Promise<string | undefined> {
  for (let token: string | undefined = ''; token !== undefined; ) {
    const path: string = `/v1/ControlPlane/Stores?pageSize=100${token && `&pageToken=${encodeURIComponent(token)}`}`
    const page = await api<{ stores: string[]; meta: { nextToken?: string } }>('GET', path)
    for (const id of page.stores) {
      const { displayName } = await api<{ displayName: string }>('GET', `/v1/ControlPlane/Stores/${id}`)
      if (displayName === COMPANY) return id
    }
    token = page.meta.nextToken
  }
  return undefined
}

/** Writes customers; the same identifiers give the same profiles each time. */
async function createCustomers(api: Api, store: string, customers: readonly Customer[]): Promise<string[]> {
  const ids: string[] = []
  await forEach(customers, async ({ traits }, index) => {
    const { id } = await api<{ id: string }>('POST', `/v1/Stores/${store}/Profiles`, { traits })
    ids[index] = id
  })
  return ids
}

async function holdTalks(
  api: Api,
  store: string,
  customers: readonly Customer[],
  ids: readonly string[],
): Promise<string> {
  const held = customers.flatMap((customer, index) =>
    talksOf(customer, index).map((talk) => ({ customer, index, profile: ids[index] ?? '', talk })),
  )
  await forEach(held, (one) => holdTalk(api, store, one))
  const messages = held.reduce((sum, { talk }) => sum + talk.lines.length, 0)
  return `${held.length} conversations with ${messages} messages, summaries and observations, some revised`
}

/** The first customer has been through all of it, most through nothing. */
function talksOf(customer: Customer, index: number): readonly Talk[] {
  if (customer === STAR) return TALKS
  const talk = TALKS[(index / TALKS_EVERY) % TALKS.length]
  return talk === undefined ? [] : [talk]
}

interface Held {
  readonly customer: Customer
  readonly index: number
  readonly profile: string
  readonly talk: Talk
}

async function holdTalk(api: Api, store: string, held: Held): Promise<void> {
  const conversationId = idOf('conv_conversation', held, 0)
  const communications = held.talk.lines.map((text, line) => describeMessage(held, text, line))
  await api('POST', `/recollect/v1/Stores/${store}/Conversations/${conversationId}/Communications`, { communications })
  await rememberFacts(api, store, held, conversationId)
  await rememberSummary(api, store, held, conversationId)
}

function describeMessage(held: Held, text: string, line: number): Communication {
  const { customer, index, profile, talk } = held
  const { firstName = '', lastName = '' } = customer.traits.Contact
  const channel = talk.channel
  const person = {
    id: idOf('conv_participant', { index, talk }, 1),
    name: `${firstName} ${lastName}`,
    type: 'CUSTOMER' as const,
    profileId: profile,
    address: channel === 'EMAIL' || channel === 'CHAT' ? customer.email : customer.phone,
    channel,
  }
  const company = {
    id: idOf('conv_participant', { index: 0, talk }, 2),
    name: 'Tidewater Cycles',
    type: 'AGENT' as const,
    address: channel === 'EMAIL' || channel === 'CHAT' ? 'service@example.com' : '+12065550100',
    channel,
  }
  const [author, recipient] = line % 2 === 0 ? [person, company] : [company, person]
  return {
    id: idOf('conv_communication', held, line),
    content: { text: fillIn(text, customer) },
    createdAt: new Date(timeOf(held) + line * 3 * MINUTE_MS).toISOString(),
    author,
    recipients: [{ ...recipient, deliveryStatus: 'DELIVERED' }],
  }
}

async function rememberFacts(api: Api, store: string, held: Held, conversationId: string): Promise<void> {
  const path = `/v1/Stores/${store}/Profiles/${held.profile}/Observations`
  const { observations } = await api<{ observations: Observation[] }>('GET', `${path}?pageSize=50`)
  const facts = held.talk.facts.map((fact) => fillInFact(fact, held.customer))
  const isKnown = ({ content, later }: Fact) =>
    observations.some((one) => one.content === content || one.content === later)
  const occurredAt = new Date(timeOf(held) + DAY_MS / 24).toISOString()
  const missing = facts
    .filter((fact) => !isKnown(fact))
    .map(({ content }) => ({ content, source: 'conversation', occurredAt, conversationIds: [conversationId] }))
  if (missing.length > 0) await api('POST', path, { observations: missing })
  if (!facts.some(({ later }) => later !== undefined)) return
  const { observations: now } = await api<{ observations: Observation[] }>('GET', `${path}?pageSize=50`)
  for (const { content, later } of facts) {
    const first = now.find((one) => one.content === content)
    if (later !== undefined && first !== undefined) await api('PATCH', `${path}/${first.id}`, { content: later })
  }
}

async function rememberSummary(api: Api, store: string, held: Held, conversationId: string): Promise<void> {
  const path = `/v1/Stores/${store}/Profiles/${held.profile}/ConversationSummaries`
  const { summary: content, summaryLater: later } = held.talk
  const find = async () => {
    const query = `?conversationId=${conversationId}&pageSize=50`
    return (await api<{ summaries: Summary[] }>('GET', path + query)).summaries[0]
  }
  const found = await find()
  if (found === undefined) {
    const occurredAt = new Date(timeOf(held) + DAY_MS / 24).toISOString()
    await api('POST', path, { summaries: [{ content, conversationId, occurredAt, source: 'conversation' }] })
  }
  const first = found ?? (later === undefined ? undefined : await find())
  if (later !== undefined && first?.content === content) await api('PATCH', `${path}/${first.id}`, { content: later })
}

/** Two profiles that a third write makes one, with the identifier that told. */
async function mergeHalves(api: Api, store: string): Promise<string> {
  const create = async (traits: unknown) =>
    (await api<{ id: string }>('POST', `/v1/Stores/${store}/Profiles`, { traits })).id
  const shop = await create(SPLIT.shop)
  await create(SPLIT.messenger)
  await create(SPLIT.both)
  const { merges } = await api<{ merges: { rule?: string; idType?: string }[] }>(
    'GET',
    `/recollect/v1/Stores/${store}/Profiles/${shop}/Merges`,
  )
  if (merges.length === 0) throw new DemoError(`nobody was merged into ${shop}`)
  return `two halves of one person are ${shop} (${SPLIT.shop.Contact.email})`
}

async function importFile(api: Api, store: string, csv: string): Promise<string> {
  const path = `/v1/Stores/${store}/Profiles/Imports`
  const { imports } = await api<{ imports: string[] }>('GET', `${path}?pageSize=100`)
  const all = await Promise.all(imports.map((id) => api<Import>('GET', `${path}/${id}`)))
  const before = all.find(({ filename, status }) => filename === FILE_NAME && status === 'COMPLETED')
  if (before !== undefined) return describeImport(before)
  const columnMappings = Object.entries(COLUMNS).map(([columnName, trait]) => {
    const [traitGroup = '', traitName = ''] = trait.split('.')
    return { columnName, traitGroup, traitName }
  })
  const fileSize = Buffer.byteLength(csv)
  const made = await api<{ importId: string; url: string }>('POST', path, {
    filename: FILE_NAME,
    fileSize,
    columnMappings,
  })
  const upload = await fetch(made.url, { method: 'PUT', body: csv })
  if (!upload.ok) throw new DemoError(`the upload was refused: ${await upload.text()}`)
  return describeImport(await waitForImport(api, `${path}/${made.importId}`))
}

async function waitForImport(api: Api, path: string): Promise<Import> {
  const end = Date.now() + IMPORT_TIMEOUT_MS
  for (;;) {
    const found = await api<Import>('GET', path)
    if (found.status === 'COMPLETED') return found
    if (found.status === 'FAILED' || Date.now() > end) throw new DemoError(`the import is ${found.status}`)
    await sleep(POLL_MS)
  }
}

function describeImport({ summary }: Import): string {
  return `${FILE_NAME}: ${summary.errors} rows failed, ${summary.warnings} values were skipped, the rest is in`
}

/** Talks are spread over the year, the same way each time. */
function timeOf({ index, talk }: Pick<Held, 'index' | 'talk'>): number {
  const day = (TALKS.indexOf(talk) * 26 + index * 7) % 310
  return FIRST_DAY + day * DAY_MS + ((index * 37) % 480) * MINUTE_MS
}

/** An id that is the same each time, so that writing it again changes nothing. */
function idOf(prefix: string, { index, talk }: Pick<Held, 'index' | 'talk'>, line: number): string {
  const digits = (value: number) => String(value).padStart(4, '0')
  return `${prefix}_01demo${digits(index)}${digits(TALKS.indexOf(talk))}${digits(line)}${'0'.repeat(8)}`
}

function fillIn(text: string, { traits: { Contact, Riding } }: Customer): string {
  return text
    .replaceAll('{city}', Contact.city ?? '')
    .replaceAll('{street}', Contact.street ?? '')
    .replaceAll('{bike}', String(Riding.bike))
}

function fillInFact({ content, later }: Fact, customer: Customer): Fact {
  return { content: fillIn(content, customer), ...(later !== undefined && { later: fillIn(later, customer) }) }
}
