import { expect, it } from 'vitest'
import { type Api, createApi, createStore } from '../../support/api.js'
import { conversationId, observation, summary } from '../../support/memory.js'
import { createProfile } from '../../support/profile.js'
import { createRestartable } from '../restart.js'
import { mayTrace, type SystemCall, traceCalls } from './trace.js'

const CLIENTS = 8
const TURNS = 12

/** A client's writes of every kind, each with a text of its own, which is found again in the log. */
async function writeAll(api: Api, store: string, client: number, marks: string[]): Promise<void> {
  const mark = (turn: number, kind: string) => {
    marks.push(`mark-${client}-${turn}-${kind}-`)
    return marks.at(-1) ?? ''
  }
  const profiles = `/v1/Stores/${store}/Profiles`
  const own = `${profiles}/${await createProfile(api, store, { Contact: { chat: mark(0, 'create') } })}`
  for (let turn = 1; turn <= TURNS; turn += 1) {
    const content = (kind: string) => mark(turn, kind)
    const contact = (kind: string) => ({ traits: { Contact: { email: `${mark(turn, kind)}@example.com` } } })
    await api('POST', profiles, contact('create'))
    await api('PATCH', own, { traits: { Contact: { city: mark(turn, 'patch') } } })
    await api('POST', `${own}/Identifiers`, { idType: 'chat', value: mark(turn, 'identify') })
    await api('POST', `${own}/Observations`, { observations: [observation(content('observe'))] })
    await api('POST', `${own}/ConversationSummaries`, {
      summaries: [summary(content('summarise'), { conversationId: conversationId(turn) })],
    })
    await api('PUT', `${profiles}/Bulk`, { profiles: [contact('bulk')] })
    await api('POST', `/v1/ControlPlane/Stores/${store}/TraitGroups`, {
      displayName: `Group${client}x${turn}`,
      description: mark(turn, 'declare'),
      traits: { tier: { dataType: 'STRING' } },
    })
  }
}

/** For each mark the request that brought it, and the answer behind it on the same connection. */
function findExchange(calls: readonly SystemCall[], mark: string): { request: SystemCall; answer: SystemCall } {
  const request = calls.find(
    ({ name, file, text }) => /^(read|recv)/.test(name) && !file.includes('/') && text.includes(mark),
  )
  if (request === undefined) throw new Error(`nothing read ${mark}`)
  const answer = calls.find(
    ({ name, file, text, start }) =>
      file === request.file && start >= request.end && /^(write|send)/.test(name) && text.includes('HTTP/1.1 '),
  )
  if (answer === undefined) throw new Error(`nothing answered ${mark}`)
  return { request, answer }
}

it.runIf(await mayTrace())('every 202 leaves the server after the log that holds its write was synced', async () => {
  const server = await (await createRestartable({ env: { RECOLLECT_MAX_TRAIT_GROUPS: '1000' } })).start()
  const api = createApi(server)
  const store = await createStore(api)
  const marks: string[] = []
  const calls = await traceCalls(server, () =>
    Promise.all(Array.from({ length: CLIENTS }, (_, client) => writeAll(api, store, client, marks))),
  )
  const logCalls = calls.filter(({ file }) => file.endsWith('recollect.db-wal'))
  const syncs = logCalls.filter(({ name }) => name.endsWith('sync'))
  const writes = logCalls.filter(({ name }) => name.includes('write'))
  expect(marks.length).toBe(CLIENTS * (1 + TURNS * 7))
  expect(syncs.length).toBeGreaterThan(0)

  const early = marks.filter((mark) => {
    const { answer } = findExchange(calls, mark)
    expect({ mark, answer: answer.text.slice(0, 60) }).toEqual({
      mark,
      answer: expect.stringContaining('HTTP/1.1 202'),
    })
    const stored = writes.find(({ text }) => text.includes(mark))
    return stored === undefined || !syncs.some(({ start, end }) => start >= stored.end && end <= answer.start)
  })
  expect(early).toEqual([])
})
