import { type Answer, type Api, uploadCsv } from '../../support/api.js'
import { conversationId, observation, summary } from '../../support/memory.js'
import { createProfile } from '../../support/profile.js'
import { conversationOf, type Place, readAll, type View } from './view.js'

/** One write, and what is there once it is done. */
export interface Step {
  readonly send: (api: Api) => Promise<Answer | string>
  readonly after: View
  /** Done by a job behind its answer. */
  readonly isLater?: boolean
}

type Maker = (place: Place, known: View, count: number) => Step | undefined

/** Each kind of write in turn; nothing where there is nothing to do it to. */
export function nextStep(place: Place, known: View, count: number): Step | undefined {
  return STEPS[count % STEPS.length]?.(place, known, count)
}

const without = (view: View, name: string): View =>
  Object.fromEntries(Object.entries(view).filter(([one]) => one !== name))
const first = (view: View, prefix: string) => Object.keys(view).find((name) => name.startsWith(prefix))

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
