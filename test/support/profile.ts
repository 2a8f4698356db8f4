import type { Api } from './api.js'

/** Creates a profile and resolves with its id; anything but 202 is an error. */
export async function createProfile(
  api: Api,
  store: string,
  traits: Record<string, Record<string, unknown>>,
): Promise<string> {
  const { status, body } = await api('POST', `/v1/Stores/${store}/Profiles`, { traits })
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body.id
}

/** Ids of the profiles that own a value. */
export async function lookup(api: Api, store: string, idType: string, value: string): Promise<string[]> {
  const { status, body } = await api('POST', `/v1/Stores/${store}/Profiles/Lookup`, { idType, value })
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body.profiles
}

/** Ids of all profiles, page by page. */
export async function listProfileIds(api: Api, store: string): Promise<string[]> {
  const ids: string[] = []
  let token: string | undefined
  do {
    const page = token === undefined ? '' : `&pageToken=${encodeURIComponent(token)}`
    const { status, body } = await api('GET', `/v1/Stores/${store}/Profiles?pageSize=1000${page}`)
    if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
    ids.push(...body.profiles)
    token = body.meta.nextToken
  } while (token !== undefined)
  return ids
}

/** Declares a trait group of text traits. */
export async function declareTraits(api: Api, store: string, displayName: string, names: string[]): Promise<void> {
  const traits = Object.fromEntries(names.map((name) => [name, { dataType: 'STRING' }]))
  const { status, body } = await api('POST', `/v1/ControlPlane/Stores/${store}/TraitGroups`, { displayName, traits })
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`)
}

/** How many accepted jobs (batches, imports) are not done yet. */
export async function jobsQueued(serverUrl: string): Promise<number> {
  const text = await (await fetch(`${serverUrl}/metrics`)).text()
  return Number(/^recollect_jobs_queued (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
}
