import { expect, it } from 'vitest'
import { type Api, createApi, createStore, eventually } from '../support/api.js'
import { jobsQueued, listProfileIds, lookup } from '../support/profile.js'
import type { TestServer } from '../support/server.js'
import { findContradictions } from './database.js'
import { createRestartable, randomBetween } from './restart.js'

const ROUNDS = 6
const STORES = 3
/** More than the server takes in one transaction, so that a kill comes between two of them, too. */
const BATCH_SIZE = 600
/** Every batch writes half of the people of the one before again. */
const STEP = BATCH_SIZE / 2
const SAMPLE = 40

/** A client that sends one batch after the other to its store. */
interface Sender {
  readonly store: string
  /** Batches sent so far; all but perhaps the last one were accepted. */
  sent: number
  /** Whether the answer to the last batch was lost. */
  unanswered: boolean
}

it('SIGKILL during bulk batches: an accepted batch is stored whole, each person once, later values win', async () => {
  const folder = await createRestartable()
  let server = await folder.start()
  const senders: Sender[] = []
  for (let index = 0; index < STORES; index += 1) {
    senders.push({ store: await createStore(createApi(server)), sent: 0, unanswered: false })
  }

  for (let round = 1; round <= ROUNDS; round += 1) {
    await sendUntilKilled(server, senders, randomBetween(1, 8))
    expect({ round, found: await findContradictions(folder.dataDir) }).toEqual({ round, found: {} })
    if (round % 2 === 0) await folder.startAndKill(randomBetween(200, 800))
    server = await folder.start()
    await allJobsDone(server)
    const api = createApi(server)
    for (const sender of senders) await settleLastBatch(api, sender)
    for (const sender of senders) await checkStore(api, sender)
  }
  expect(await server.kill('SIGTERM')).toBe(0)
  expect(await findContradictions(folder.dataDir)).toEqual({})
})

/** Sends batches to all stores at once and kills the server right at the n-th acceptance. */
async function sendUntilKilled(server: TestServer, senders: readonly Sender[], acceptances: number): Promise<void> {
  const api = createApi(server)
  let left = acceptances
  const send = async (sender: Sender) => {
    for (;;) {
      sender.sent += 1
      sender.unanswered = true
      const profiles = peopleOf(sender.sent).map((person) => ({ traits: { Contact: contactOf(person, sender.sent) } }))
      const answer = await api('PUT', `/v1/Stores/${sender.store}/Profiles/Bulk`, { profiles }).catch(() => undefined)
      if (answer === undefined) return
      expect(answer.status).toBe(202)
      sender.unanswered = false
      left -= 1
      if (left <= 0) await server.kill('SIGKILL')
    }
  }
  await Promise.all(senders.map(send))
}

function peopleOf(batch: number): number[] {
  return Array.from({ length: BATCH_SIZE }, (_, index) => (batch - 1) * STEP + index)
}

function contactOf(person: number, batch: number): Record<string, string> {
  return { email: `p-${person}@example.com`, chat: `p-${person}`, firstName: `batch ${batch}` }
}

function allJobsDone(server: TestServer): Promise<number> {
  return eventually(
    () => jobsQueued(server.url),
    (count) => count === 0,
    60_000,
  )
}

/** Finds out whether a batch whose answer was lost was accepted: as a whole or not at all. */
async function settleLastBatch(api: Api, sender: Sender): Promise<void> {
  if (!sender.unanswered) return
  const people = peopleOf(sender.sent)
  const names = await Promise.all(people.map((person) => firstNameOf(api, sender.store, person)))
  const written = names.filter((name) => name === `batch ${sender.sent}`).length
  expect([0, BATCH_SIZE]).toContain(written)
  if (written === 0) sender.sent -= 1
  sender.unanswered = false
}

async function firstNameOf(api: Api, store: string, person: number): Promise<string | undefined> {
  const ids = await lookup(api, store, 'email', `p-${person}@example.com`)
  if (ids.length === 0) return undefined
  expect(ids).toHaveLength(1)
  const { body } = await api('GET', `/v1/Stores/${store}/Profiles/${ids[0]}`)
  return body.traits.Contact.firstName
}

async function checkStore(api: Api, { store, sent }: Sender): Promise<void> {
  const people = sent === 0 ? 0 : (sent - 1) * STEP + BATCH_SIZE
  const ids = await listProfileIds(api, store)
  expect(ids).toHaveLength(people)
  expect(new Set(ids).size).toBe(people)
  for (let index = 0; index < Math.min(SAMPLE, people); index += 1) {
    const person = randomBetween(0, people - 1)
    // The last batch that has the person, the second of two.
    const batch = Math.min(Math.floor(person / STEP) + 1, sent)
    expect({ person, name: await firstNameOf(api, store, person) }).toEqual({ person, name: `batch ${batch}` })
    expect(await lookup(api, store, 'chat', `p-${person}`)).toHaveLength(1)
  }
}
