import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createApi, createStore, eventually } from '../support/api.js'
import { jobsQueued } from '../support/profile.js'
import { countAcknowledged } from './client.js'
import { findContradictions } from './database.js'
import { createEveryWriteClient, type EveryWriteClient } from './every-write/client.js'
import { findContradictionsIn, hasPostgres, useCluster } from './postgres/cluster.js'
import { createRestartable, type Restartable, randomBetween } from './restart.js'

const ROUNDS = 50
const CLIENTS = 6
/** Nobody's writes may be lost to a limit. */
const SETTINGS = { RECOLLECT_MAX_TRAIT_GROUPS: '1000' }

/** Kills the server again and again while clients write in every way there is. */
async function killAgainAndAgain(
  folder: Restartable,
  withJobs: boolean,
  findFaults: () => Promise<Record<string, unknown[]>>,
): Promise<number> {
  let server = await folder.start()
  const store = await createStore(createApi(server))
  const clients: EveryWriteClient[] = []
  for (let index = 0; index < CLIENTS; index += 1) {
    clients.push(await createEveryWriteClient(createApi(server), store, `client${index}`, withJobs))
  }
  for (let round = 1; round <= ROUNDS; round += 1) {
    const api = createApi(server)
    const killAfter = randomBetween(20, 500)
    const writing = Promise.all(clients.map((client) => client.writeUntilGone(api)))
    writing.catch(() => undefined)
    await sleep(killAfter)
    expect(await server.kill('SIGKILL')).toBe('SIGKILL')
    await writing
    expect({ round, killAfter, found: await findFaults() }).toEqual({ round, killAfter, found: {} })
    server = await folder.start()
    const { url } = server
    // What was accepted is done in the end.
    await eventually(
      () => jobsQueued(url),
      (count) => count === 0,
      90_000,
    )
    const again = createApi(server)
    const differences = (await Promise.all(clients.map((client) => client.check(again)))).flat()
    expect({ round, killAfter, differences }).toEqual({ round, killAfter, differences: [] })
  }
  return countAcknowledged(clients)
}

it(`${ROUNDS} times SIGKILL during writes of every kind loses and halves nothing`, async () => {
  const folder = await createRestartable({ env: SETTINGS })
  const acknowledged = await killAgainAndAgain(folder, true, () => findContradictions(folder.dataDir))
  expect(acknowledged).toBeGreaterThan(ROUNDS)
})

describe.runIf(await hasPostgres())('on PostgreSQL', () => {
  it(`${ROUNDS} times SIGKILL during writes of every kind loses and halves nothing`, { timeout: 480_000 }, async () => {
    const cluster = await useCluster()
    const folder = await createRestartable({ env: { ...SETTINGS, DATABASE_URL: cluster.url } })
    const findFaults = () =>
      eventually(
        () => findContradictionsIn(cluster.url),
        (found) => Object.keys(found).length === 0,
      )
    expect(await killAgainAndAgain(folder, false, findFaults)).toBeGreaterThan(ROUNDS)
  })
})
