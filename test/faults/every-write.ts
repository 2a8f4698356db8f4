import { type Answer, type Api, uploadCsv } from '../support/api.js'
import { conversationId, observation, summary } from '../support/memory.js'
import { createProfile } from '../support/profile.js'

/** All that one client wrote and would read again: names of what is there, with what is in it. */
type View = Readonly<Record<string, string>>

/** One write, and what is there once it is done. */
interface Step {
  readonly send: (api: Api) => Promise<Answer | string>
  readonly after: View
  /** Done by a job behind its answer. */
  readonly isLater?: boolean
}

/** A client that writes in every way there is, to a profile and a store's definitions that nobody else touches. */
export interface EveryWriteClient {
  /** Writes until the server is gone, or says that its database is. */
  writeUntilGone(api: Api): Promise<void>
  /** Compares what is there with what was acknowledged; the one write whose answer was lost may be there, as a whole. */
  check(api: Api): Promise<string[]>
  readonly acknowledged: () => number
}

/**
 * @param name differs from other clients'
 * @param withJobs also what makes jobs (bulk upserts, imports, deletion of trait groups), which on PostgreSQL wait up to a minute for a killed node's lease
 */
export async function createEveryWriteClient(
  api: Api,
  store: string,
  name: string,
  withJobs: boolean,
): Promise<EveryWriteClient> {
  const profile = await createProfile(api, store, { Contact: { whatsapp: name } })
  const place: Place = { store, name, profile, own: `/v1/Stores/${store}/Profiles/${profile}` }
  let known: View = {}
  let unanswered: View | undefined
  let count = 0
  let acknowledged = 0
  return {
    async writeUntilGone(current) {
      for (;;) {
        count += 1
        const step = nextStep(place, known, count)
        if (step === undefined || (step.isLater && !withJobs)) continue
        unanswered = step.after
        const answer = await step.send(current).catch(() => undefined)
        if (answer === undefined || (typeof answer !== 'string' && answer.status === 503)) return
        if (typeof answer !== 'string' && answer.status !== 202) throw new Error(JSON.stringify(answer.body))
        known = step.after
        unanswered = undefined
        acknowledged += 1
      }
    },
    async check(current) {
      const found = await readView(current, place)
      const asKnown = compare(known, found)
      const asWritten = unanswered === undefined ? asKnown : compare(unanswered, found)
      if (unanswered !== undefined && asWritten.length === 0) known = unanswered
      unanswered = undefined
      return asKnown.length === 0 || asWritten.length === 0 ? [] : [...asKnown, 'or with the last write:', ...asWritten]
    },
    acknowledged: () => acknowledged,
  }
}

interface Place {
  readonly store: string
  readonly name: string
  readonly profile: string
  readonly own: string
}

function compare(wanted: View, found: View): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)])
  return [...names].flatMap((name) =>
    wanted[name] === found[name] ? [] : [`${name} is ${found[name]}, should be ${wanted[name]}`],
  )
}

const without = (view: View, name: string): View =>
  Object.fromEntries(Object.entries(view).filter(([one]) => one !== name))
const first = (view: View, prefix: string) => Object.keys(view).find((name) => name.startsWith(prefix))

type Maker = (place: Place, known: View, count: number) => Step | undefined

/** Each kind of write in turn. */
function nextStep(place: Place, known: View, count: number): Step | undefined {
  return STEPS[count % STEPS.length]?.(place, known, count)
}

const STEPS: readonly Maker[] = [
  ({ own }, known, count) => ({
    send: (api) => api('PATCH', own, { traits: { Contact: { city: `c${count}`, firstName: `f${count}` } } }),
    after: { ...known, traits: `c${count} f${count}` },
  }),
  ({ own, name }, known, count) => ({
    send: (api) => api('POST', `${own}/Identifiers`, { idType: 'chat', value: `${name}-${count}` }),
    after: { ...known, [`chat ${name}-${count}`]: '' },
  }),
  ({ own, name }, known, count) => {
    const old = first(known, 'chat ')
    if (old === undefined) return undefined
    const body = { idType: 'chat', oldValue: old.slice(5), newValue: `${name}-${count}` }
    return {
      send: (api) => api('PATCH', `${own}/Identifiers/chat`, body),
      after: { ...without(known, old), [`chat ${name}-${count}`]: '' },
    }
  },
  ({ own }, known, count) => ({
    send: (api) =>
      api('POST', `${own}/Observations`, { observations: [observation(`a${count}`), observation(`b${count}`)] }),
    after: { ...known, [`observation a${count}`]: '', [`observation b${count}`]: '' },
  }),
  ({ own }, known, count) => {
    const old = first(known, 'observation ')
    if (old === undefined) return undefined
    return {
      send: async (api) => api('PATCH', await memoryPath(api, own, old), { content: `p${count}` }),
      after: { ...without(known, old), [`observation p${count}`]: '' },
    }
  },
  ({ own }, known) => {
    const old = first(known, 'observation ')
    if (old === undefined) return undefined
    return { send: async (api) => api('DELETE', await memoryPath(api, own, old)), after: without(known, old) }
  },
  ({ own }, known, count) => ({
    send: (api) =>
      api('POST', `${own}/ConversationSummaries`, {
        summaries: [summary(`s${count}`, { conversationId: conversationId(count) })],
      }),
    after: { ...known, [`summary s${count}`]: '' },
  }),
  ({ own }, known, count) => {
    const old = first(known, 'summary ')
    if (old === undefined) return undefined
    return {
      send: async (api) => api('PATCH', await memoryPath(api, own, old), { content: `t${count}` }),
      after: { ...without(known, old), [`summary t${count}`]: '' },
    }
  },
  ({ own }, known) => {
    const old = first(known, 'summary ')
    if (old === undefined || Object.keys(known).length < 8) return undefined
    return { send: async (api) => api('DELETE', await memoryPath(api, own, old)), after: without(known, old) }
  },
  (place, known, count) => ({
    send: (api) => api('POST', conversationOf(place), { communications: [communication(count)] }),
    after: { ...known, [`communication m${count}`]: '' },
  }),
  ({ store, name }, known, count) => ({
    send: (api) =>
      api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, {
        profiles: ['x', 'y'].map((one) => ({
          traits: { Contact: { chat: `bulk-${name}-${one}`, city: `v${count}` } },
        })),
      }),
    after: { ...known, bulk: `v${count} v${count}` },
    isLater: true,
  }),
  ({ store, name }, known, count) => {
    const csv = `id,town\nimport-${name}-x,v${count}\nimport-${name}-y,v${count}\n`
    const mappings = { id: 'Contact.chat', town: 'Contact.city' }
    return {
      send: (api) => uploadCsv(api, store, csv, mappings),
      after: { ...known, import: `v${count} v${count}` },
      isLater: true,
    }
  },
  ({ store, name }, known, count) => ({
    send: (api) =>
      api('POST', `/v1/ControlPlane/Stores/${store}/TraitGroups`, {
        displayName: `${name}x${count}`,
        traits: { tier: { dataType: 'STRING' } },
      }),
    after: { ...known, [`group ${name}x${count}`]: '' },
  }),
  ({ store }, known) => {
    const old = first(known, 'group ')
    if (old === undefined) return undefined
    const path = `/v1/ControlPlane/Stores/${store}/TraitGroups/${old.slice(6)}`
    // A job removes its values from the profiles.
    return { send: (api) => api('DELETE', path), after: without(known, old), isLater: true }
  },
  ({ store, name }, known, count) => ({
    send: async (api) => {
      const contact = { chat: `gone-${name}-${count}` }
      const id = await createProfile(api, store, { Contact: contact })
      return api('DELETE', `/v1/Stores/${store}/Profiles/${id}`)
    },
    after: known,
  }),
]

function conversationOf({ store, profile }: Place): string {
  const id = `conv_conversation_${profile.slice(-26)}`
  return `/recollect/v1/Stores/${store}/Conversations/${id}/Communications`
}

function communication(count: number) {
  const participant = {
    id: `conv_participant_${'0'.repeat(26)}`,
    name: 'Ann',
    address: '+12025550123',
    channel: 'SMS',
  }
  return {
    id: `conv_communication_${String(count).padStart(26, '0')}`,
    content: { text: `m${count}` },
    author: participant,
    recipients: [participant],
  }
}

/** The path of an observation or a summary that has this content, found by it. */
async function memoryPath(api: Api, own: string, named: string): Promise<string> {
  const [kind, content] = named.split(' ')
  const path = kind === 'summary' ? `${own}/ConversationSummaries` : `${own}/Observations`
  const found = (await readAll(api, path)).find((one) => one.content === content)
  return `${path}/${found?.id}`
}

async function read(api: Api, path: string): Promise<Answer['body']> {
  const { status, body } = await api('GET', path)
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
  return body
}

/** All items of a list, page by page. */
async function readAll(api: Api, path: string): Promise<Answer['body'][]> {
  const items: Answer['body'][] = []
  for (let token = ''; ; ) {
    const { meta, ...lists } = await read(api, `${path}?pageSize=100${token && `&pageToken=${token}`}`)
    items.push(...lists[meta.key])
    if (!meta.nextToken) return items
    token = encodeURIComponent(meta.nextToken)
  }
}

async function readView(api: Api, place: Place): Promise<View> {
  const { own, store, name } = place
  const view: Record<string, string> = {}
  const { city, firstName } = (await read(api, own)).traits.Contact
  if (city !== undefined) view.traits = `${city} ${firstName}`
  for (const { idType, values } of (await read(api, `${own}/Identifiers`)).identifiers) {
    if (idType === 'chat') for (const value of values) view[`chat ${value}`] = ''
  }
  for (const { content } of await readAll(api, `${own}/Observations`)) view[`observation ${content}`] = ''
  for (const { content } of await readAll(api, `${own}/ConversationSummaries`)) view[`summary ${content}`] = ''
  for (const { content } of await readAll(api, conversationOf(place))) view[`communication ${content.text}`] = ''
  for (const { displayName } of await readAll(api, `/v1/ControlPlane/Stores/${store}/TraitGroups`)) {
    if (displayName.startsWith(`${name}x`)) view[`group ${displayName}`] = ''
  }
  for (const kind of ['bulk', 'import']) {
    const towns = await Promise.all(['x', 'y'].map((one) => townOf(api, store, `${kind}-${name}-${one}`)))
    if (towns.some((town) => town !== undefined)) view[kind] = towns.join(' ')
  }
  return view
}

async function townOf(api: Api, store: string, chat: string): Promise<string | undefined> {
  const { body } = await api('POST', `/v1/Stores/${store}/Profiles/Lookup`, { idType: 'chat', value: chat })
  const [id] = body.profiles
  if (id === undefined) return undefined
  return (await api('GET', `/v1/Stores/${store}/Profiles/${id}`)).body.traits.Contact.city
}
