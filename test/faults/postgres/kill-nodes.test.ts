import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createApi, createStore, eventually } from '../../support/api.js'
import { countAcknowledged, countLeastAcknowledged, createClient } from '../client.js'
import { createRestartable, randomBetween } from '../restart.js'
import { findContradictionsIn, hasPostgres, useCluster } from './cluster.js'

const ROUNDS = 10
const CLIENTS = 8

describe.runIf(await hasPostgres())('on PostgreSQL', () => {
  it('SIGKILL of one of two nodes during creates, patches, merges and deletes loses and halves nothing', async () => {
    const cluster = await useCluster()
    const env = { DATABASE_URL: cluster.url }
    const steady = await createRestartable({ env })
    const fragile = await createRestartable({ env, account: steady.account })
    const other = createApi(await steady.start())
    let server = await fragile.start()
    const store = await createStore(createApi(server))
    const clients = Array.from({ length: CLIENTS }, (_, index) => createClient(store, `client-${index}`))
    for (let round = 1; round <= ROUNDS; round += 1) {
      const api = createApi(server)
      const writing = Promise.all(clients.map((client) => client.writeUntilGone(api)))
      await sleep(randomBetween(50, 600))
      expect(await server.kill('SIGKILL')).toBe('SIGKILL')
      await writing
      // The database may still be at work for the node that is gone; then it says what it has.
      await eventually(
        () => findContradictionsIn(cluster.url),
        (found) => Object.keys(found).length === 0,
      )
      const differences = await Promise.all(clients.map((client) => client.check(other)))
      expect({ round, differences: differences.flat() }).toEqual({ round, differences: [] })
      server = await fragile.start()
    }
    expect(countAcknowledged(clients)).toBeGreaterThan(ROUNDS)
    expect(countLeastAcknowledged(clients)).toBeGreaterThan(0)
  })

  it('a crash of the database itself, again and again, loses and halves nothing', async () => {
    const cluster = await useCluster()
    const server = await (await createRestartable({ env: { DATABASE_URL: cluster.url } })).start()
    const api = createApi(server)
    const store = await createStore(api)
    const clients = Array.from({ length: CLIENTS }, (_, index) => createClient(store, `client-${index}`))
    for (let round = 1; round <= ROUNDS; round += 1) {
      const writing = Promise.all(clients.map((client) => client.writeUntilGone(api)))
      await sleep(randomBetween(50, 600))
      await cluster.stop('immediate')
      await writing
      await cluster.start()
      await eventually(
        () => api('GET', '/readyz'),
        ({ status }) => status === 200,
      )
      const differences = await Promise.all(clients.map((client) => client.check(api)))
      expect({ round, differences: differences.flat() }).toEqual({ round, differences: [] })
      expect(await findContradictionsIn(cluster.url)).toEqual({})
    }
    expect(countAcknowledged(clients)).toBeGreaterThan(ROUNDS)
    expect(countLeastAcknowledged(clients)).toBeGreaterThan(0)
  })
})
