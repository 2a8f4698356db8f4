import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createApi, createStore, eventually } from '../../support/api.js'
import { type PostgresCluster, startCluster } from '../../support/postgres-cluster.js'
import { countAcknowledged, countLeastAcknowledged, createClient } from '../client.js'
import { createRestartable } from '../restart.js'
import { findContradictionsIn, hasPostgres, openSwitchedPort, useCluster } from './cluster.js'

const CLIENTS = 8

/** A standby that every commit of the primary waits for. */
async function addStandby(primary: PostgresCluster): Promise<PostgresCluster> {
  const standby = await startCluster({
    settings: ['max_connections=200'],
    init: async (data, { run }) => {
      const source = `host=127.0.0.1 port=${primary.port} user=postgres application_name=standby`
      await run('pg_basebackup', ['-D', data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync', '-d', source])
    },
  })
  onTestFinished(() => standby.remove())
  await eventually(
    () => syncStates(primary),
    (states) => states.includes('sync'),
    30_000,
  )
  return standby
}

async function syncStates({ url }: PostgresCluster): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ sync_state: string }>('select sync_state from pg_stat_replication')
  await client.end()
  return rows.map((row) => row.sync_state)
}

describe.runIf(await hasPostgres())('failover of PostgreSQL', () => {
  it('loses nothing acknowledged when the primary dies and its synchronous standby is promoted', async () => {
    const primary = await useCluster(['wal_level=replica', 'max_wal_senders=5'])
    const standby = await addStandbyInSync(primary)
    const address = await openSwitchedPort(primary.port)
    const url = `postgres://postgres@127.0.0.1:${address.port}/postgres`
    const folder = await createRestartable({ env: { DATABASE_URL: url, RECOLLECT_DATABASE_TIMEOUT_MS: '2000' } })
    const server = await folder.start()
    const api = createApi(server)
    const store = await createStore(api)
    const clients = Array.from({ length: CLIENTS }, (_, index) => createClient(store, `failover-${index}`))

    const writing = Promise.all(clients.map((client) => client.writeUntilGone(api)))
    await sleep(3000)
    await primary.stop('immediate')
    await writing
    address.leadTo(undefined)
    await standby.run('pg_ctl', ['promote', '-D', `${standby.folder}/data`, '-w'])
    address.leadTo(standby.port)

    await eventually(
      () => api('GET', '/readyz'),
      ({ status }) => status === 200,
      30_000,
    )
    expect(countAcknowledged(clients)).toBeGreaterThan(10)
    expect(countLeastAcknowledged(clients)).toBeGreaterThan(0)
    expect((await Promise.all(clients.map((client) => client.check(api)))).flat()).toEqual([])
    expect(await findContradictionsIn(standby.url)).toEqual({})
    // The same process goes on with the new primary.
    await Promise.race([Promise.all(clients.map((client) => client.writeUntilGone(api))), sleep(1000)])
    expect(await server.kill('SIGTERM')).toBe(0)
  })
})

/** Commits wait for the standby from then on, not before: without one they would wait for ever. */
async function addStandbyInSync(primary: PostgresCluster): Promise<PostgresCluster> {
  const client = new pg.Client({ connectionString: primary.url })
  await client.connect()
  await client.query("alter system set synchronous_standby_names = 'standby'")
  await client.query('select pg_reload_conf()')
  await client.end()
  return addStandby(primary)
}
