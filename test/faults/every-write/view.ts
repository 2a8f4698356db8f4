import type { Answer, Api } from '../../support/api.js'

/** All that one client wrote and would read again: names of what is there, with what is in it. */
export type View = Readonly<Record<string, string>>

/** Whose writes are looked at: a client's name and profile in a store. */
export interface Place {
  readonly store: string
  readonly name: string
  readonly profile: string
  readonly own: string
}

/** The path of the communications of a profile's own conversation. */
export function conversationOf({ store, profile }: Place): string {
  const id = `conv_conversation_${profile.slice(-26)}`
  return `/recollect/v1/Stores/${store}/Conversations/${id}/Communications`
}

async function read(api: Api, path: string): Promise<Answer['body']> {
  const { status, body } = await api('GET', path)
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
  return body
}

/** All items of a list, page by page. */
export async function readAll(api: Api, path: string): Promise<Answer['body'][]> {
  const items: Answer['body'][] = []
  for (let token = ''; ; ) {
    const { meta, ...lists } = await read(api, `${path}?pageSize=100${token && `&pageToken=${token}`}`)
    items.push(...lists[meta.key])
    if (!meta.nextToken) return items
    token = encodeURIComponent(meta.nextToken)
  }
}

/** What is there of a client's. */
export async function readView(api: Api, place: Place): Promise<View> {
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

/** What differs, in words. */
export function compare(wanted: View, found: View): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)])
  return [...names].flatMap((name) =>
    wanted[name] === found[name] ? [] : [`${name} is ${found[name]}, should be ${wanted[name]}`],
  )
}
