import pg from 'pg'
import { startCluster } from '../test/support/postgres-cluster.js'
import type { Engine } from './options.js'

/** A database of PostgreSQL for one run. */
export interface BenchDatabase {
  readonly url: string
  close(): Promise<void>
}

let count = 0
const SETTINGS = ['shared_buffers=1GB', 'max_wal_size=4GB', 'max_connections=100']

/**
 * A new database on the server of TEST_DATABASE_URL or on a private cluster that syncs as it does by itself; nothing
 * for SQLite.
 *
 * @param env of the private cluster's programs
 * @throws Error when a server that is given should have another environment
 */
export async function openBenchDatabase(
  engine: Engine,
  env: Readonly<Record<string, string>> = {},
): Promise<BenchDatabase | undefined> {
  if (engine === 'sqlite') return undefined
  count += 1
  const given = process.env.TEST_DATABASE_URL
  if (given !== undefined && Object.keys(env).length > 0) {
    throw new Error(
      'the syncs of the server of TEST_DATABASE_URL cannot be slowed: leave it out, for a private cluster',
    )
  }
  const cluster = given === undefined ? await startCluster({ settings: SETTINGS, env }) : undefined
  const server = given ?? cluster?.url ?? ''
  const name = `recollect_bench_${process.pid}_${count}`
  await command(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async close() {
      if (cluster !== undefined) await cluster.remove()
      else await command(server, `drop database ${name} with (force)`)
    },
  }
}

async function command(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}
