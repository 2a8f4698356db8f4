import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../src/contract/operations.js'
import type { Call } from '../conformance/exercises/exercise.js'
import { CONVERSATION, communicationInput, createWorld, type World } from '../conformance/world.js'
import { type Answer, basic, createApi, createStore } from '../support/api.js'
import { createKey } from '../support/key.js'
import { createProfile } from '../support/profile.js'
import { expectRefusal } from '../support/refusal.js'
import { type Account, startServer, type TestServer } from '../support/server.js'
import { GUARDED, isInStore, makeCall, type Operation, pathOf, sendAs } from './every-operation.js'

const SAID = 'Nobody else ever said this'

let server: TestServer
/** Everything of the account, in one store. */
let world: World
/** A tenant that is not the account's store: another account, or a key for another store of the same account. */
interface Intruder {
  readonly account: Account
  /** A store that it may touch. */
  readonly store: string
  /** What it gets for the world's store. */
  readonly refusal: readonly [status: number, code: number]
}
const intruders = new Map<string, Intruder>()

beforeAll(async () => {
  server = await startServer({ env: { RECOLLECT_MAX_JOINED_PROFILES: '2' } })
  world = await createWorld(server)
  await fill()
  const neighbour = await world.newStore()
  const key = await createKey(server, server.account, '--store', neighbour)
  intruders.set('a key for another store', { account: key, store: neighbour, refusal: [403, 20403] })
  const account = server.stranger
  const store = await createStore(createApi(server, account))
  intruders.set('another account', { account, store, refusal: [404, 520041] })
  const strangerKey = await createKey(server, account, '--store', store)
  intruders.set('a key of another account', { account: strangerKey, store, refusal: [403, 20403] })
}, 60_000)
afterAll(() => server.stop())

/** Makes every list of the world longer than one page of one item. */
async function fill(): Promise<void> {
  const api = createApi(server)
  for (let round = 0; round < 2; round += 1) {
    await world.newStore()
    await world.newImport()
    await world.newDataMapping()
    await world.newTraitGroup()
    await world.newSummary()
    const observation = await world.newObservation()
    observed = observation
    await api('PATCH', `${profilePath()}/Observations/${observation}`, { content: `Changed ${round}` })
    await api('PATCH', `${profilePath()}/Observations/${observation}`, { content: `Changed again ${round}` })
    // The second joins the world's profile, the third finds that the value joined as many as it may.
    const phone = `+1317555012${round}`
    for (const email of [1, 2, 3]) {
      await createProfile(api, world.store, { Contact: { phone, email: `${world.unique()}-${email}@example.com` } })
    }
    const merging = `+1317555013${round}`
    await createProfile(api, world.store, { Contact: { phone: merging } })
    await api('POST', `${profilePath()}/Identifiers`, { idType: 'phone', value: merging })
  }
  for (const number of ['1', '2']) {
    await api('POST', `/recollect/v1/Stores/${world.store}/Conversations/${CONVERSATION}/Communications`, {
      communications: [{ ...communicationInput(number), content: { text: SAID } }],
    })
  }
}

let observed = ''
const profilePath = () => `/v1/Stores/${world.store}/Profiles/${world.profile}`

/** Ids in the path of a call that belong to the store, beside the store's own. */
const OWNED = ['profileId', 'importId', 'observationId', 'summaryId', 'dataMappingId', 'traitGroupName']

const IN_STORE = GUARDED.filter(isInStore)
const OUTSIDE = GUARDED.filter((operation) => !isInStore(operation))
/** Lists; a trait group takes a token for the sake of the document and has one page. */
const LISTS = GUARDED.filter(
  ({ query, operationId }) =>
    query !== undefined && 'pageToken' in propertiesOf(query) && operationId !== 'FetchTraitGroup',
)

function propertiesOf(schema: object): object {
  return 'properties' in schema && schema.properties instanceof Object ? schema.properties : {}
}

describe.each(['another account', 'a key of another account', 'a key for another store'])('%s', (name) => {
  const intruder = (): Intruder => {
    const found = intruders.get(name)
    if (found === undefined) throw new Error(`there is no intruder ${name}`)
    return found
  }

  it.each(IN_STORE)('$operationId is refused in the store', async (operation) => {
    const { account, refusal } = intruder()
    const answer = await sendAs(world, account, operation, await makeCall(operation, world))
    expectRefusal(answer, refusal[0], refusal[1])
  })

  // Its own store is needed once more.
  it.each(IN_STORE.filter(({ operationId }) => operationId !== 'DeleteStore'))(
    '$operationId finds nothing of the store in its own',
    async (operation) => {
      const { account, store } = intruder()
      const call = await makeCall(operation, world)
      const own = { ...call, params: { ...call.params, storeId: store } }
      const answer = await sendAs(world, account, operation, own)
      expectNothingOf(world, answer, own)
      // Every store has a trait group of that name.
      const isShared = call.params?.traitGroupName === 'Contact'
      if (!isShared && OWNED.some((id) => operation.url.includes(`:${id}`))) expectRefusal(answer, 404)
    },
  )

  it.each(OUTSIDE)('$operationId shows nothing of the store', async (operation) => {
    const { account } = intruder()
    const call = await makeCall(operation, world)
    const answer = await sendAs(world, account, operation, call)
    expectNothingOf(world, answer, call)
    if (operation.operationId === 'FetchOperation') expect([403, 404]).toContain(answer.status)
  })

  it.each(LISTS)('a page token of $operationId opens nothing', async (operation) => {
    const { account, store } = intruder()
    const call = await makeCall(operation, world)
    const token = await tokenOf(operation, call.params ?? {})
    const query = { pageSize: '1', pageToken: token }
    const foreign = { ...call, query, params: { ...call.params, ...(isInStore(operation) && { storeId: store }) } }
    const answer = await sendAs(world, account, operation, foreign)
    expectNothingOf(world, answer, foreign)
    if (isInStore(operation)) expect([400, 404]).toContain(answer.status)
    else if (name !== 'a key for another store') expectRefusal(answer, 400)
  })
})

/** A token of a list of the world that has a second page. */
async function tokenOf(operation: Operation, params: Readonly<Record<string, string>>): Promise<string> {
  const filled = { ...params, ...(operation.operationId === 'ListObservationRevisions' && { observationId: observed }) }
  const path = pathOf(operation, { params: filled, query: { pageSize: '1' } })
  const { status, body } = await createApi(server)('GET', path)
  expect([status, typeof body.meta?.nextToken], `${path} has a second page`).toEqual([200, 'string'])
  return body.meta.nextToken
}

/** Expects an answer without anything that only the world has, but what was asked for by name. */
function expectNothingOf({ store, profile }: World, { body }: Answer, call: Call): void {
  const [asked, answered] = [JSON.stringify(call).toLowerCase(), JSON.stringify(body)]
  const secrets = [store, profile, 'earliest@example.com', 'Prefers to be called', 'refund of the blue lamp', SAID]
  for (const secret of secrets.filter((text) => !asked.includes(text))) expect(answered).not.toContain(secret)
}

it('an upload URL is good for its own import only, whoever sends it', async () => {
  const [upload] = OPERATIONS.filter(({ anonymous }) => anonymous === true)
  if (upload === undefined) throw new Error('there is no upload')
  const theirs = await world.newImport()
  for (const { account, store } of intruders.values()) {
    const api = createApi(server, account)
    const { body } = await api('POST', `/v1/Stores/${store}/Profiles/Imports`, {
      filename: 'f.csv',
      fileSize: 100,
      columnMappings: ['chat', 'city'].map((name) => ({ columnName: name, traitGroup: 'Contact', traitName: name })),
    })
    const own = Object.fromEntries(new URL(body.url).searchParams)
    const put = (importId: string, query: Record<string, string>) =>
      api('PUT', pathOf(upload, { params: { importId }, query }), 'chat,city\nx,Ulm\n', {
        authorization: basic(account),
      })
    expectRefusal(await put(theirs.id, own), 403, 20403)
    expectRefusal(await put(theirs.id, { ...own, store: world.store }), 403, 20403)
    expectRefusal(await put(body.importId, { ...own, store: world.store }), 403, 20403)
  }
  const { body } = await createApi(server)('GET', `/v1/Stores/${world.store}/Profiles/Imports/${theirs.id}`)
  expect(body.status).toBe('PENDING')
})

it('lists to each the stores that are its own, and lets a key of some stores make none', async () => {
  for (const { account, store } of intruders.values()) {
    const { body } = await createApi(server, account)('GET', '/v1/ControlPlane/Stores')
    expect(body.stores).toContain(store)
    expect(body.stores).not.toContain(world.store)
    if (account.sid.startsWith('SK')) expect(body.stores).toEqual([store])
  }
  for (const name of ['a key for another store', 'a key of another account']) {
    const intruder = intruders.get(name)
    const api = createApi(server, intruder?.account)
    expectRefusal(await api('POST', '/v1/ControlPlane/Stores', { displayName: 'more' }), 403, 20403, 'some stores only')
  }
})

it('a key of some stores can follow what it changed in them', async () => {
  const intruder = intruders.get('a key for another store')
  const api = createApi(server, intruder?.account)
  const changed = await api('PATCH', `/v1/ControlPlane/Stores/${intruder?.store}`, { description: 'Changed' })
  expect((await api('GET', changed.body.statusUrl)).body).toMatchObject({ status: 'COMPLETED' })
})
