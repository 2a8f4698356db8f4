import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { type Client, countAcknowledged, countLeastAcknowledged, createClient } from './client.js'
import { findContradictions } from './database.js'
import { createRestartable, randomBetween } from './restart.js'

const ROUNDS = 12
const CLIENTS = 16

it('SIGKILL during creates, patches, merges and deletes loses and halves nothing', async () => {
  const folder = await createRestartable()
  let server = await folder.start()
  const store = await createStore(createApi(server))
  const clients = Array.from({ length: CLIENTS }, (_, index) => createClient(store, `client-${index}`))

  for (let round = 1; round <= ROUNDS; round += 1) {
    const killAfter = randomBetween(20, 400)
    const api = createApi(server)
    const writing = Promise.all(clients.map((client) => client.writeUntilGone(api)))
    writing.catch(() => undefined)
    await sleep(killAfter)
    expect(await server.kill('SIGKILL')).toBe('SIGKILL')
    await writing
    expect({ round, killAfter, found: await findContradictions(folder.dataDir) }).toEqual({
      round,
      killAfter,
      found: {},
    })

    if (round % 3 === 0) await folder.startAndKill(randomBetween(0, 600))
    server = await folder.start()
    expect({ round, killAfter, differences: await check(clients, createApi(server)) }).toEqual({
      round,
      killAfter,
      differences: [],
    })
  }
  expect(countAcknowledged(clients)).toBeGreaterThan(ROUNDS)
  expect(countLeastAcknowledged(clients)).toBeGreaterThan(0)
})

async function check(clients: readonly Client[], api: ReturnType<typeof createApi>): Promise<string[]> {
  return (await Promise.all(clients.map((client) => client.check(api)))).flat()
}
