import { readdir, readFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { findPostgres, type PostgresCluster, startCluster } from '../../support/postgres-cluster.js'
import { CONTRADICTIONS } from '../database.js'

/** Whether there is a PostgreSQL to break; says so loudly when there is none. On CI there must be one. */
export async function hasPostgres(): Promise<boolean> {
  const found = (await findPostgres()) !== undefined
  if (!found && process.env.CI === 'true') throw new Error('there are no PostgreSQL server programs on this machine')
  if (!found) console.warn('\n!!! NOT TESTED: faults of PostgreSQL, because there are no server programs here\n')
  return found
}

/** A cluster that syncs, for one test. */
export async function useCluster(settings: readonly string[] = []): Promise<PostgresCluster> {
  const cluster = await startCluster({ settings: ['max_connections=200', ...settings] })
  onTestFinished(() => cluster.remove())
  return cluster
}

/** Looks for what must never be found; `{}` when nothing is. */
export async function findContradictionsIn(url: string): Promise<Record<string, unknown[]>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const found: [string, unknown[]][] = []
  for (const [name, sql] of Object.entries(CONTRADICTIONS)) {
    found.push([name, (await client.query(`${sql} limit 5`)).rows])
  }
  await client.end()
  return Object.fromEntries(found.filter(([, rows]) => rows.length > 0))
}

/** Sends a signal to every process of a cluster, to let it hang and go on. */
export async function signalCluster(cluster: PostgresCluster, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const file = await readFile(`${cluster.folder}/data/postmaster.pid`, 'utf8')
  const postmaster = Number(file.split('\n', 1)[0])
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (pid === postmaster || parent === postmaster) process.kill(pid, signal)
  }
}

/** An address that leads to one port now and to another later, as a virtual address of a pair of databases does. */
export interface SwitchedPort {
  readonly port: number
  /** Cuts all connections; new ones go to that port, or nowhere. */
  leadTo(port: number | undefined): void
}

export async function openSwitchedPort(first: number): Promise<SwitchedPort> {
  let target: number | undefined = first
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    if (target === undefined) return client.destroy()
    const upstream = connect(target, '127.0.0.1')
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    leadTo(port) {
      target = port
      for (const socket of sockets) socket.destroy()
    },
  }
}
