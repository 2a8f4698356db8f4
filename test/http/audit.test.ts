import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from '../conformance/world.js'
import { type Api, createApi, createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { linesOf, runCli } from '../support/cli.js'
import { createKey } from '../support/key.js'
import { createProfile } from '../support/profile.js'
import { expectRefusal } from '../support/refusal.js'
import { startServer, type TestServer } from '../support/server.js'
import { GUARDED, makeCall, sendAs } from './every-operation.js'

let server: TestServer
let world: World
let api: Api
beforeAll(async () => {
  server = await startServer()
  api = createApi(server)
  world = await createWorld(server)
})
afterAll(() => server.stop())

interface Entry {
  readonly id: string
  readonly requestId: string
  readonly type: string
  readonly createdAt: string
  readonly [name: string]: unknown
}

const AUDIT = '/recollect/v1/Audit'

async function audit(query: Record<string, string>, asked: Api = api): Promise<Entry[]> {
  const { status, body } = await asked('GET', `${AUDIT}?${new URLSearchParams({ pageSize: '1000', ...query })}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.entries
}

/** Entries of a request, as soon as there are any. */
function entriesOf(requestId: string | null): Promise<Entry[]> {
  return eventually(
    async () => (await audit({})).filter((entry) => entry.requestId === requestId),
    (entries) => entries.length > 0,
  )
}

/** What a call that succeeds changes nothing by, since it says what is so already. */
const SAYS_NOTHING_NEW = ['UpdateIdentityResolutionSettings']

describe('every operation that changes something', () => {
  const changing = GUARDED.filter(
    ({ scope, operationId }) =>
      scope !== 'read' && operationId !== 'ListAudit' && !SAYS_NOTHING_NEW.includes(operationId),
  )

  it.each(changing)('$operationId leaves who, what, when, from where and the result', async (operation) => {
    const answer = await sendAs(world, server.account, operation, await makeCall(operation, world))
    for (const entry of await entriesOf(answer.headers.get('twilio-request-id'))) {
      expect(entry).toMatchObject({
        credential: server.account.sid,
        operation: operation.operationId,
        clientAddress: '127.0.0.1',
        result: 'SUCCEEDED',
        createdAt: expect.stringMatching(/Z$/),
        storeId: expect.stringMatching(/^mem_store_/),
      })
    }
  })
})

it('says who asked for an import, also of what a job did later by a URL without credentials', async () => {
  const key = await createKey(server, server.account, '--scope', 'write')
  const csv = 'mail,town\nbea@example.com,Ulm\n'
  const importId = await uploadCsv(createApi(server, key), world.store, csv, {
    mail: 'Contact.email',
    town: 'Contact.city',
  })
  await importEnd(api, world.store, importId)
  const entries = await audit({ credential: key.sid, storeId: world.store })
  expect(entries.map(({ type, operation }) => [type.replace('com.twilio.memory.', ''), operation])).toEqual([
    ['import.completed', 'UploadImportFile'],
    ['profile.created', 'UploadImportFile'],
    ['import.created', 'CreateProfilesImportV2'],
  ])
})

it('holds ids and names, never values', async () => {
  await createProfile(api, world.store, { Contact: { email: 'secret-person@example.com', city: 'Secretville' } })
  const text = JSON.stringify(await audit({ storeId: world.store }))
  expect(text).toContain('Contact.city')
  expect(text).not.toMatch(/secret/i)
  expect(text).not.toContain('Prefers to be called')
})

describe('filters and pages', () => {
  it('narrow by store, operation, credential and time', async () => {
    const store = await createStore(api)
    const before = new Date().toISOString()
    await createProfile(api, store, { Contact: { email: 'x@example.com' } })
    const all = await audit({ storeId: store })
    expect(all.map(({ type }) => type.split('.').slice(-2).join('.'))).toEqual(['profile.created', 'store.created'])
    expect(await audit({ storeId: store, operation: 'CreateProfile' })).toEqual([all[0]])
    expect(await audit({ storeId: store, from: before })).toEqual([all[0]])
    expect(await audit({ storeId: store, to: before })).toEqual([all[1]])
    expect(await audit({ storeId: store, credential: server.account.sid })).toEqual(all)
    expect(await audit({ storeId: store, credential: 'SK1' })).toEqual([])
    expect(await audit({ storeId: store, orderBy: 'ASC' })).toEqual([...all].reverse())
  })

  it('hold over stores together, in both directions, without doubles', async () => {
    // One in each store, and few enough to be one page.
    const operation = 'CreateStore'
    const all = await audit({ operation })
    expect(all.length).toBeGreaterThan(3)
    for (const orderBy of ['ASC', 'DESC']) {
      const seen: string[] = []
      for (let token: string | undefined = ''; token !== undefined; ) {
        const query = new URLSearchParams({
          pageSize: '7',
          operation,
          orderBy,
          ...(token !== '' && { pageToken: token }),
        })
        const { body }: { body: { entries: Entry[]; meta: { nextToken?: string; key: string } } } = await api(
          'GET',
          `${AUDIT}?${query}`,
        )
        expect(body.meta.key).toBe('entries')
        seen.push(...body.entries.map(({ id }) => id))
        token = body.meta.nextToken
      }
      const ids = all.map(({ id }) => id)
      expect(seen).toEqual(orderBy === 'DESC' ? ids : ids.reverse())
    }
  })

  it('refuse what is no time, no page and no store', async () => {
    for (const query of ['from=yesterday', 'to=x', 'pageSize=0', 'pageSize=1001', 'storeId=x', 'pageToken=x']) {
      expectRefusal(await api('GET', `${AUDIT}?${query}`), 400)
    }
  })
})

describe('who may read it', () => {
  it('needs the scope admin, and is one account’s', async () => {
    const writer = createApi(server, await createKey(server, server.account, '--scope', 'write'))
    expectRefusal(await writer('GET', AUDIT), 403, 20403, 'needs admin')
    const foreign = await audit({}, createApi(server, server.stranger))
    const own = new Set((await audit({})).map(({ id }) => id))
    expect(foreign.filter(({ id }) => own.has(id))).toEqual([])
    expect(await audit({ storeId: world.store }, createApi(server, server.stranger))).toEqual([])
  })

  it('shows a key of some stores what was done in those', async () => {
    const store = await createStore(api)
    const key = createApi(server, await createKey(server, server.account, '--store', store))
    expect((await audit({}, key)).map(({ storeId }) => storeId)).toEqual([store])
    expectRefusal(await key('GET', `${AUDIT}?storeId=${world.store}`), 403, 20403, world.store)
  })
})

it('keeps what was refused to a key, and how often, and what keys were made', async () => {
  const key = await createKey(server, server.account, '--scope', 'read', '--name', 'reports')
  const body = { traits: { Contact: { email: 'refused@example.com' } } }
  for (let count = 0; count < 3; count += 1) {
    const answer = await createApi(server, key)('POST', `/v1/Stores/${world.store}/Profiles`, body)
    expectRefusal(answer, 403, 20403)
  }
  const refused = await eventually(
    () => audit({ credential: key.sid }),
    (entries) => entries.length > 0,
  )
  expect(refused.reduce((sum, { data }) => sum + (data as { times: number }).times, 0)).toBe(3)
  expect(refused[0]).toMatchObject({
    type: 'com.recollect.access.refused',
    result: 'REFUSED',
    operation: 'CreateProfile',
    storeId: world.store,
    clientAddress: '127.0.0.1',
    data: { status: 403 },
  })
  expect(await audit({ storeId: world.store, credential: key.sid })).toEqual(refused)
  const [made] = (await audit({ operation: 'key create' })).filter(({ subjectId }) => subjectId === key.sid)
  expect(made).toMatchObject({ credential: 'command-line', data: { name: 'reports', scope: 'read' } })
})

it('outlives the store', async () => {
  const store = await createStore(api)
  await createProfile(api, store, { Contact: { email: 'x@example.com' } })
  await api('DELETE', `/v1/ControlPlane/Stores/${store}`)
  await eventually(
    async () => (await (await fetch(`${server.url}/metrics`)).text()).match(/^recollect_jobs_queued (\d+)/m)?.[1],
    (queued) => queued === '0',
  )
  const types = (await audit({ storeId: store })).map(({ type }) => type)
  expect(types).toEqual(
    ['store.deleted', 'profile.created', 'store.created'].map((name) => `com.twilio.memory.${name}`),
  )
})

it('is exported as one line an entry, the oldest first', async () => {
  const { code, stdout, stderr } = await runCli(
    ['audit', 'export', '--account', server.account.sid, '--store', world.store],
    { RECOLLECT_DATA_DIR: server.dataDir },
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const exported = linesOf(stdout).map((line) => JSON.parse(line) as Entry)
  const shown = await audit({ storeId: world.store, orderBy: 'ASC' })
  expect(exported.slice(0, shown.length)).toEqual(shown)
  const wrong = await runCli(['audit', 'export', '--account', server.account.sid, '--from', 'x'], {})
  expect({ code: wrong.code, stderr: wrong.stderr }).toEqual({ code: 64, stderr: expect.stringContaining('--from') })
})
