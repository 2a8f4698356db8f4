import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createApi, createStore } from '../../support/api.js'
import { countAcknowledged, createClient } from '../client.js'
import { findContradictions } from '../database.js'
import { randomBetween } from '../restart.js'
import { createFaultyDisk, mayInject } from './faulty-disk.js'

const ROUNDS = 8
const CLIENTS = 12

it.runIf(await mayInject())(
  'the power is cut during creates, patches, merges and deletes: nothing lost, nothing half',
  async () => {
    let acknowledged = 0
    for (let round = 1; round <= ROUNDS; round += 1) {
      const disk = await createFaultyDisk()
      const server = await disk.start()
      const api = createApi(server)
      const store = await createStore(api)
      const clients = Array.from({ length: CLIENTS }, (_, index) => createClient(store, `client-${index}`))
      const writing = Promise.all(clients.map((client) => client.writeUntilGone(api)))
      const killAfter = randomBetween(200, round % 4 === 0 ? 4000 : 900)
      await sleep(killAfter)
      await server.kill('SIGKILL')
      await writing
      const copy = await disk.afterPowerCut()
      expect({ round, killAfter, found: await findContradictions(copy.dataDir) }).toEqual({
        round,
        killAfter,
        found: {},
      })
      const after = await copy.start()
      const differences = (await Promise.all(clients.map((client) => client.check(createApi(after))))).flat()
      expect({ round, killAfter, differences }).toEqual({ round, killAfter, differences: [] })
      await after.kill('SIGKILL')
      acknowledged += countAcknowledged(clients)
    }
    expect(acknowledged).toBeGreaterThan(ROUNDS * CLIENTS)
  },
)
