import { expect } from 'vitest'
import { type Api, createApi, createStore, eventually, importEnd, uploadCsv } from './api.js'
import { createMemoryProfile, observe, pathsOf, summary } from './memory.js'
import { createProfile, listProfileIds, lookup } from './profile.js'
import type { TestServer } from './server.js'

/** A store with something of everything, and what its server answered about it. */
export interface Sample {
  readonly store: string
  /** A profile with memories. */
  readonly remembered: string
  /** A profile that was merged, and into which. */
  readonly merged: string
  readonly survivor: string
  /** Imports that had been accepted and not ended. */
  readonly imports: readonly string[]
  /** Rows of the first of them. */
  readonly rows: number
  /** An upload URL that was not used yet, without its origin. */
  readonly upload: { readonly id: string; readonly path: string }
  /** Second page of a list, asked for by a token. */
  readonly nextPage: string
  readonly answers: unknown
}

/** Looks like what PostgreSQL is given in place of U+0000, which clients may not send. */
const ODD_TEXT = 'before\uFFFE0after \uFFFE'
const UPLOADED = 'chat,city\nuploaded,Ulm\n'

/**
 * Fills a store through the API; with imports that are not done when this resolves.
 *
 * @param rows of the first import, behind which the other waits
 */
export async function fillStore(server: TestServer, rows = 2000): Promise<Sample> {
  const api = createApi(server)
  const store = await createStore(api)
  const first = await createProfile(api, store, { Contact: { email: 'ada@example.com', firstName: 'Ada' } })
  const second = await createProfile(api, store, { Contact: { phone: '+15550100001', city: ODD_TEXT } })
  await createProfile(api, store, { Contact: { email: 'ada@example.com', phone: '+15550100001' } })
  const profile = await createMemoryProfile(api, store)
  await observe(api, profile, 'Prefers tea in the morning', 'Rides a bicycle to work')
  await api('POST', profile.summaries, { summaries: [summary('They talked about the delivery of a red bicycle.')] })
  await textsEncoded(server)
  const upload = await newUpload(api, store)
  const page = await api('GET', `/v1/Stores/${store}/Profiles?pageSize=1&orderBy=ASC`)
  const sample = { store, remembered: profile.id, merged: second, survivor: first }
  const answers = await askAbout(api, sample)
  const imports = [await importPeople(api, store, 'one', rows), await importPeople(api, store, 'two', 3)]
  return {
    ...sample,
    imports,
    rows,
    upload,
    nextPage: `/v1/Stores/${store}/Profiles?pageSize=1&orderBy=ASC&pageToken=${encodeURIComponent(page.body.meta.nextToken)}`,
    answers,
  }
}

function importPeople(api: Api, store: string, name: string, rows: number): Promise<string> {
  const lines = Array.from({ length: rows }, (_, row) => `${name}-${row}@example.com,Town ${row}`)
  return uploadCsv(api, store, `mail,city\n${lines.join('\n')}\n`, { mail: 'Contact.email', city: 'Contact.city' })
}

async function newUpload(api: Api, store: string): Promise<{ id: string; path: string }> {
  const columnMappings = ['chat', 'city'].map((name) => ({ columnName: name, traitGroup: 'Contact', traitName: name }))
  const { body } = await api('POST', `/v1/Stores/${store}/Profiles/Imports`, {
    filename: 'f.csv',
    fileSize: UPLOADED.length,
    columnMappings,
  })
  const { pathname, search } = new URL(body.url)
  return { id: body.importId, path: pathname + search }
}

async function textsEncoded(server: TestServer): Promise<void> {
  await eventually(
    async () => (await fetch(`${server.url}/metrics`)).text(),
    (text) => /^recollect_texts_queued 0$/m.test(text),
  )
}

/** What a client can see of the sample, but its imports. */
async function askAbout(
  api: Api,
  { store, remembered, merged, survivor }: Pick<Sample, 'store' | 'remembered' | 'merged' | 'survivor'>,
) {
  const paths = pathsOf(store, remembered)
  const found = await api('POST', paths.recall, { query: 'what does she ride?' })
  const moved = await api('GET', `/v1/Stores/${store}/Profiles/${merged}`)
  const body = async (path: string) => (await api('GET', path)).body
  return {
    profiles: await Promise.all(
      [remembered, survivor].map((id) => body(`/v1/Stores/${store}/Profiles/${id}?traitGroups=Contact`)),
    ),
    identifiers: await body(`/v1/Stores/${store}/Profiles/${survivor}/Identifiers`),
    owners: await lookup(api, store, 'phone', '+15550100001'),
    moved: [moved.status, moved.headers.get('canonical-profile-id')],
    observations: (await body(paths.observations)).observations,
    summaries: (await body(paths.summaries)).summaries,
    recalled: found.body.observations,
    groups: await body(`/v1/ControlPlane/Stores/${store}/TraitGroups`),
  }
}

/** Expects a server to hold the sample whole, and to go on with what it had not ended. */
export async function expectSample(server: TestServer, sample: Sample): Promise<void> {
  const api = createApi(server)
  const found = await askAbout(api, sample)
  expect(withoutOrigin(found)).toEqual(withoutOrigin(sample.answers))
  expect(found.profiles.map(({ traits }) => traits.Contact.city)).toContain(ODD_TEXT)
  expect(found.moved).toEqual([301, sample.survivor])
  for (const id of sample.imports) {
    expect((await importEnd(api, sample.store, id)).body).toMatchObject({ status: 'COMPLETED', summary: { errors: 0 } })
  }
  expect((await api('GET', sample.nextPage)).body.profiles).toHaveLength(1)
  expect((await api('PUT', sample.upload.path, UPLOADED, { 'content-type': 'text/csv' })).status).toBe(200)
  expect((await importEnd(api, sample.store, sample.upload.id)).body).toMatchObject({ status: 'COMPLETED' })
  expect(await listProfileIds(api, sample.store)).toHaveLength(2 + sample.rows + 3 + 1)
  expect(await lookup(api, sample.store, 'email', `one-${sample.rows - 1}@example.com`)).toHaveLength(1)
}

/** Links begin with the address of the server that gave them. */
function withoutOrigin(answers: unknown): unknown {
  return JSON.parse(JSON.stringify(answers).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, ''))
}
