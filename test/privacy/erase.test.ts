import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it } from 'vitest'
import { type Api, createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { engine } from '../support/engine.js'
import { temporaryFolder } from '../support/folder.js'
import { conversationId, type MemoryProfile, observation, pathsOf, summary } from '../support/memory.js'
import { createProfile, declareTraits, jobsQueued, lookup } from '../support/profile.js'
import { useOwnServer } from '../support/use-server.js'
import { createTraces, findTraces, readKept, type Traces } from './traces.js'

const { api, server } = useOwnServer()
/** The log is cut back every ten seconds. */
const CUT_BACK_MS = 60_000
/** Of a hundred values, SQLite may leave so many in unused space of pages until they are written anew. */
const MOST_LEFT = 3

/** Waits until nothing is left, but for what SQLite may leave in pages; that goes when the database is written anew. */
async function expectErased(texts: readonly string[]): Promise<void> {
  const find = async () => findTraces(texts, await readKept(server()))
  const inPages = (trace: string) => engine === 'sqlite' && trace.endsWith(' in recollect.db')
  const most = (texts.length * MOST_LEFT) / 100
  // The last of it goes when the work behind the answer is done.
  await eventually(find, (found) => found.every(inPages) && found.length <= most, CUT_BACK_MS)
  if (engine === 'postgres') return
  const copy = join(await temporaryFolder(), 'recollect.db')
  new SqliteDatabase(join(server().dataDir, 'recollect.db'), { readonly: true }).exec(`vacuum into '${copy}'`).close()
  expect(findTraces(texts, new Map([['the database written anew', await readFile(copy)]]))).toEqual([])
}

async function expectAccepted(answer: Promise<{ status: number; body: unknown }>): Promise<void> {
  const { status, body } = await answer
  expect(status, JSON.stringify(body)).toBe(202)
}

/** Somebody who has left traces by every way in; resolves with the id and the ids that were merged into it. */
async function leaveTraces(store: string, traces: Traces, number: number): Promise<MemoryProfile> {
  const email = `${traces.mark('mail')}@example.com`
  const id = await createProfile(api, store, {
    Contact: { email, firstName: traces.mark('first'), phone: traces.phone() },
    Notes: { remark: traces.mark('remark') },
  })
  const person = pathsOf(store, id)
  await expectAccepted(
    api('PATCH', person.url, { traits: { Contact: { lastName: traces.mark('last'), city: traces.mark('city') } } }),
  )
  await expectAccepted(api('PATCH', person.url, { traits: { Contact: { city: traces.mark('town') } } }))
  await changeIdentifiers(person, traces)
  await mergeSomebody(store, id, email, traces)
  await expectAccepted(
    api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, {
      profiles: [{ traits: { Contact: { email }, Notes: { place: traces.mark('bulk') } } }],
    }),
  )
  await importRows(store, email, traces)
  await remember(person, traces, conversationId(number))
  await communicate(store, id, email, traces, number)
  return person
}

async function changeIdentifiers(person: MemoryProfile, traces: Traces): Promise<void> {
  const identifiers = `${person.url}/Identifiers`
  const oldValue = `${traces.mark('added')}@example.com`
  await expectAccepted(api('POST', identifiers, { idType: 'email', value: oldValue }))
  const newValue = `${traces.mark('changed')}@example.com`
  await expectAccepted(api('PATCH', `${identifiers}/email`, { idType: 'email', oldValue, newValue }))
  await expectAccepted(api('POST', identifiers, { idType: 'phone', value: traces.phone() }))
}

/** Two more profiles, one after the other, become one with the first by a shared address. */
async function mergeSomebody(store: string, id: string, email: string, traces: Traces): Promise<void> {
  const phone = traces.phone()
  const other = pathsOf(
    store,
    await createProfile(api, store, {
      Contact: { phone, firstName: traces.mark('frozen'), city: traces.mark('displaced') },
      Notes: { remark: traces.mark('merged') },
    }),
  )
  await expectAccepted(api('POST', other.observations, { observations: [observation(`knew ${traces.mark('moved')}`)] }))
  expect(await createProfile(api, store, { Contact: { email, phone, lastName: traces.mark('join') } })).toBe(id)
}

async function importRows(store: string, email: string, traces: Traces): Promise<void> {
  const rows = [
    'mail,name,age,twice',
    `${email},${traces.mark('imported')},41,x`,
    // Nobody can be told from this row; it fails.
    `,${traces.mark('failed')},${traces.mark('nonumber')},${traces.mark('cell')}`,
    `${email},${traces.mark('again')},${traces.mark('age')},x`,
    // An address longer than one may be.
    `${traces.mark('long')}${'x'.repeat(300)}@example.com,${traces.mark('toolong')},1,x`,
  ]
  const id = await uploadCsv(api, store, `${rows.join('\n')}\n`, {
    mail: 'Contact.email',
    name: 'Contact.firstName',
    age: 'Notes.age',
  })
  const { body } = await importEnd(api, store, id)
  expect(body).toMatchObject({ status: 'COMPLETED', summary: { errors: 2, warnings: 1 } })
}

async function remember(person: MemoryProfile, traces: Traces, conversation: string): Promise<void> {
  const inputs = [
    observation(`likes ${traces.mark('observed')}`, { conversationIds: [conversation], source: traces.mark('source') }),
    observation(`buys ${traces.mark('deleted')}`),
  ]
  await expectAccepted(api('POST', person.observations, { observations: inputs }))
  const { body } = await api('GET', `${person.observations}?orderBy=ASC`)
  const [moved, kept, deleted] = body.observations
  for (const content of [traces.mark('revised'), traces.mark('revisedagain')]) {
    await expectAccepted(api('PATCH', `${person.observations}/${kept.id}`, { content }))
  }
  await expectAccepted(api('PATCH', `${person.observations}/${moved.id}`, { source: traces.mark('movedsource') }))
  await expectAccepted(api('DELETE', `${person.observations}/${deleted.id}`))
  const summaries = [summary(`spoke of ${traces.mark('summed')}`, { conversationId: conversation })]
  await expectAccepted(api('POST', person.summaries, { summaries }))
  const { body: list } = await api('GET', person.summaries)
  await expectAccepted(
    api('PATCH', `${person.summaries}/${list.summaries[0].id}`, { content: traces.mark('resummed') }),
  )
  expect((await api('POST', person.recall, { query: traces.mark('question') })).status).toBe(200)
}

function participant(name: string, address: string, more: Record<string, unknown> = {}) {
  return { id: `conv_participant_${'0'.repeat(26)}`, name, address, channel: 'EMAIL', ...more }
}

function communication(number: number, text: string, author: object, recipients: object[] = []) {
  const id = `conv_communication_${String(number).padStart(26, '0')}`
  return { id, content: { text }, author, recipients }
}

/** In the conversation of the memories, and in one that only the address and the profile's id tie to the person. */
async function communicate(store: string, id: string, email: string, traces: Traces, number: number): Promise<void> {
  const path = (conversation: number) =>
    `/recollect/v1/Stores/${store}/Conversations/${conversationId(conversation)}/Communications`
  const agent = participant('Agent', 'agent@shop.example.com')
  await expectAccepted(
    api('POST', path(number), {
      communications: [
        communication(1, traces.mark('said'), participant(traces.mark('author'), traces.mark('address'))),
        communication(2, traces.mark('answered'), agent),
      ],
    }),
  )
  await expectAccepted(
    api('POST', path(number + 1), {
      communications: [
        communication(1, traces.mark('byaddress'), participant('X', ` ${email.toUpperCase()} `)),
        communication(2, traces.mark('byid'), agent, [participant('X', 'elsewhere', { profileId: id })]),
        communication(3, `for others ${number}`, agent),
      ],
    }),
  )
}

/** People and memories in between, so that the pages of the database fill, split and are shared. */
async function addBystanders(store: string, round: number, kept: string): Promise<void> {
  const profiles = Array.from({ length: 150 }, (_, index) => ({
    traits: {
      Contact: {
        email: `bystander-${round}-${index}@example.com`,
        firstName: `${kept}-${round}-${index}`,
      },
      Notes: { place: 'y'.repeat((index * 37) % 900) },
    },
  }))
  await expectAccepted(api('PUT', `/v1/Stores/${store}/Profiles/Bulk`, { profiles }))
  await eventually(
    () => jobsQueued(server().url),
    (count) => count === 0,
  )
  const [id = ''] = await lookup(api, store, 'email', `bystander-${round}-0@example.com`)
  const observations = Array.from({ length: 10 }, (_, index) => observation(`remembers ${index} ${'z'.repeat(700)}`))
  await expectAccepted(api('POST', pathsOf(store, id).observations, { observations }))
}

async function newStore(owner: Api): Promise<string> {
  const store = await createStore(owner)
  await declareTraits(owner, store, 'Notes', ['remark', 'place'])
  const groups = `/v1/ControlPlane/Stores/${store}/TraitGroups/Notes`
  await expectAccepted(owner('PATCH', groups, { traits: { age: { dataType: 'NUMBER' } } }))
  return store
}

async function workDone(): Promise<void> {
  const metrics = async () => (await fetch(`${server().url}/metrics`)).text()
  await eventually(
    metrics,
    (text) => /^recollect_jobs_queued 0$/m.test(text) && /^recollect_texts_queued 0$/m.test(text),
  )
}

it('erasing profiles leaves nothing of them in any file of the database', { timeout: 180_000 }, async () => {
  const store = await newStore(api)
  const traces = createTraces()
  const bystander = createTraces().mark('bystander')
  const people: MemoryProfile[] = []
  for (let round = 0; round < 4; round += 1) {
    await addBystanders(store, round, bystander)
    people.push(await leaveTraces(store, traces, 10 * (round + 1)))
  }
  await workDone()
  // What a question holds is stored nowhere, the rest is there to be erased.
  const before = findTraces(traces.all, await readKept(server()))
  expect(before.length).toBeGreaterThan(4 * 25)
  expect(before.filter((trace) => trace.includes('question'))).toEqual([])

  for (const { url } of people) expect((await api('DELETE', url)).status).toBe(202)
  await expectErased(traces.all)
  expect(findTraces([bystander, 'for others 10'], await readKept(server()))).toHaveLength(2)
  expect((await api('GET', `/v1/Stores/${store}/Profiles?pageSize=1000`)).body.profiles).toHaveLength(600)
})

it('deleting a store leaves nothing of it in any file of the database', { timeout: 180_000 }, async () => {
  const store = await newStore(api)
  const traces = createTraces()
  await leaveTraces(store, traces, 10)
  await addBystanders(store, 9, traces.mark('neighbour'))
  await workDone()
  expect(findTraces(traces.all, await readKept(server())).length).toBeGreaterThan(25)

  await expectAccepted(api('DELETE', `/v1/ControlPlane/Stores/${store}`))
  await expectErased(traces.all)
})
