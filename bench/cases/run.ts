import { type Client, createClient } from '../client.js'
import type { Size } from '../options.js'
import { makePerson } from '../person.js'
import { type Bench, CANDIDATES, type Candidate, type Sample, startBare, startRecollect } from '../servers.js'
import { waitUntilVisible } from './bulk.js'

const SEED_CHUNK = 1000
const LIST_PAGES = 20

/** A run in progress: the servers, the store and the people in it. */
export interface Run {
  readonly bench: Bench
  readonly size: Size
  readonly store: string
  /** Ids of the profiles that were there from the start; person `n` is the n-th made-up person. */
  readonly profiles: readonly { readonly id: string; readonly person: number }[]
  /** The number of a person who is in no store yet. */
  newPerson(): number
  say(text: string): void
}

/** Fills a new store and resolves with the run; the server is stopped again. */
export async function prepareRun(bench: Bench, size: Size, say: Run['say']): Promise<Run> {
  const server = await startRecollect(bench)
  const client = createClient(bench, server.url)
  const store = await createStore(client)
  for (let start = 0; start < size.profiles; start += SEED_CHUNK) {
    const end = Math.min(start + SEED_CHUNK, size.profiles)
    const profiles = Array.from({ length: end - start }, (_, index) => makePerson(start + index))
    await client('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles })
  }
  await waitUntilVisible(client, store, size.profiles - 1)
  const profiles = await listProfiles(client, store)
  await server.stop()
  say(`${profiles.length} profiles are in the store`)
  let people = size.profiles
  return { bench, size, store, profiles, newPerson: () => people++, say }
}

async function createStore(client: Client): Promise<string> {
  const { body } = await client<{ statusUrl: string }>('POST', '/v1/ControlPlane/Stores', { displayName: 'bench' })
  const operation = await client<{ result: { id: string } }>('GET', body.statusUrl)
  return operation.body.result.id
}

interface ProfilePage {
  readonly profiles: readonly string[]
  readonly meta: { readonly nextToken?: string }
}

async function listProfiles(client: Client, store: string): Promise<Run['profiles']> {
  const ids: string[] = []
  for (let token: string | undefined = ''; token !== undefined; ) {
    const query: string = token === '' ? '' : `&pageToken=${token}`
    const { body } = await client<ProfilePage>('GET', `/v1/Stores/${store}/Profiles?orderBy=ASC&pageSize=1000${query}`)
    ids.push(...body.profiles)
    token = body.meta.nextToken
  }
  // Entries of a batch and batches of a store are written in the order they came, and ids sort by time.
  return ids.map((id, person) => ({ id, person }))
}

/** Paths of the first pages of 50. */
export async function listPagePaths(client: Client, store: string): Promise<string[]> {
  const base = `/v1/Stores/${store}/Profiles?pageSize=50`
  const paths = [base]
  for (let path: string | undefined = base; path !== undefined && paths.length < LIST_PAGES; ) {
    const { body }: { body: ProfilePage } = await client<ProfilePage>('GET', path)
    path = body.meta.nextToken === undefined ? undefined : `${base}&pageToken=${body.meta.nextToken}`
    if (path !== undefined) paths.push(path)
  }
  return paths
}

export type Urls = Record<Candidate, string>

/** Starts all three candidates for as long as `work` takes. */
export async function withCandidates(
  run: Run,
  sample: (client: Client) => Promise<Sample[]>,
  work: (urls: Urls) => Promise<void>,
): Promise<void> {
  const recollect = await startRecollect(run.bench)
  const bare = await startBare(run.bench, await sample(createClient(run.bench, recollect.url)))
  const servers = { recollect, ...bare }
  try {
    await work({ recollect: recollect.url, http: bare.http.url, fastify: bare.fastify.url })
  } finally {
    await Promise.all(CANDIDATES.map((candidate) => servers[candidate].stop()))
  }
}
