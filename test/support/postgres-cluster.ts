import { execFile, type SpawnOptions, spawn } from 'node:child_process'
import { chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findFreePort } from './free-port.js'

const run = promisify(execFile)
/** Where Debian and others put the binaries that are not on the path. */
const HOMES = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt']

/** A PostgreSQL of its own, in a folder of its own. */
export interface PostgresCluster {
  /** Address of its maintenance database, as a superuser. */
  readonly url: string
  readonly port: number
  readonly folder: string
  /** Runs one of the server's programs as the user that owns the cluster. */
  run(program: string, args: readonly string[]): Promise<string>
  start(): Promise<void>
  /** Stops it, at once and without a word to its clients when the mode is `immediate`. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

/** The folder of the server's programs; nothing when there are none on this machine. */
export async function findPostgres(): Promise<string | undefined> {
  const onPath = await run('pg_config', ['--bindir']).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  )
  const folders = [...onPath]
  for (const home of HOMES) {
    const versions = await readdir(home).catch(() => [])
    folders.push(...versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(home, version, 'bin')))
  }
  for (const folder of folders) {
    if ((await readdir(folder).catch(() => [] as string[])).includes('initdb')) return folder
  }
  return undefined
}

/** The server refuses to run as root: there its programs run as the user `postgres`. */
async function findOwner(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}

export interface ClusterOptions {
  /** Lines of the configuration beyond the defaults of a test. */
  readonly settings?: readonly string[]
  /** Environment of its programs beyond what they need. */
  readonly env?: Readonly<Record<string, string>>
  /** Fills the empty data folder; makes a new cluster when absent. */
  readonly init?: (dataFolder: string, cluster: PostgresCluster) => Promise<void>
}

/**
 * Starts a private cluster on a free port of 127.0.0.1.
 *
 * @throws Error when this machine has no PostgreSQL server programs
 */
export async function startCluster({ settings = [], env = {}, init }: ClusterOptions = {}): Promise<PostgresCluster> {
  const programs = await findPostgres()
  if (programs === undefined) throw new Error('there are no PostgreSQL server programs on this machine')
  const owner = await findOwner()
  const folder = await mkdtemp(join(tmpdir(), 'recollect-postgres-'))
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  if (owner !== undefined) await Promise.all([folder, data].map((path) => chown(path, owner.uid, owner.gid)))
  const port = await findFreePort()
  const spawnOptions: SpawnOptions = {
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...env },
    ...owner,
  }
  const runProgram = (program: string, args: readonly string[]) => runToEnd(join(programs, program), args, spawnOptions)
  const options = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, ...settings]
  const cluster: PostgresCluster = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    folder,
    run: runProgram,
    async start() {
      const flags = options.map((option) => `-c '${option}'`).join(' ')
      await runProgram('pg_ctl', ['start', '-D', data, '-w', '-t', '30', '-l', join(folder, 'log'), '-o', flags])
    },
    async stop(mode = 'fast') {
      await runProgram('pg_ctl', ['stop', '-D', data, '-m', mode, '-w', '-t', '30'])
    },
    async remove() {
      await cluster.stop('immediate').catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    if (init === undefined) {
      await runProgram('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'])
    } else await init(data, cluster)
    await cluster.start()
    return cluster
  } catch (error) {
    await cluster.remove()
    throw error
  }
}

function runToEnd(file: string, args: readonly string[], options: SpawnOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // The server inherits what pg_ctl holds: a pipe would stay open as long as it runs.
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'ignore', 'ignore'] })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve('')
      else reject(new Error(`${file} ${args.join(' ')} ended with code ${code}`))
    })
  })
}
