import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ServerProcess, startProcess } from './process.js'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const BARE_HTTP = fileURLToPath(new URL('./bare/http.ts', import.meta.url))
const BARE_FASTIFY = fileURLToPath(new URL('./bare/fastify.ts', import.meta.url))

export const CANDIDATES = ['recollect', 'http', 'fastify'] as const
export type Candidate = (typeof CANDIDATES)[number]

/** The folder and the credentials that all servers of a run share. */
export interface Bench {
  readonly folder: string
  readonly sid: string
  readonly token: string
  readonly authorization: string
  readonly main: string
  /** Address of PostgreSQL; SQLite when absent. */
  readonly databaseUrl: string | undefined
  /** Settings beyond those the server has by itself. */
  readonly settings: Readonly<Record<string, string>>
}

export function createBench(folder: string, { main = MAIN, databaseUrl, settings = {} }: Partial<Bench> = {}): Bench {
  if (!existsSync(main)) throw new Error(`${main} is missing: run npm run build`)
  const sid = `AC${randomBytes(16).toString('hex')}`
  const token = randomBytes(16).toString('hex')
  const authorization = `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`
  return { folder, sid, token, authorization, main, databaseUrl, settings }
}

/** What the server needs to serve the run's data on a free port, and the run's own settings. */
export function settingsOf({ folder, sid, token, databaseUrl, settings }: Bench): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    RECOLLECT_DATA_DIR: join(folder, 'data'),
    RECOLLECT_ACCOUNTS: `${sid}:${token}`,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...settings,
  }
}

/** The server as it ships, on the run's data folder, with the settings it has by itself and those given. */
export function startRecollect(bench: Bench, more: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const env = { ...settingsOf(bench), ...more }
  return startProcess([bench.main, 'serve'], env, join(bench.folder, 'recollect.log'))
}

/** What the bare servers answer: for each operation what Recollect answered to the same request. */
export interface Sample {
  readonly operationId: string
  readonly status: number
  readonly body: string
}

/** Starts the two servers that store nothing. */
export async function startBare(
  bench: Bench,
  samples: readonly Sample[],
): Promise<Record<'http' | 'fastify', ServerProcess>> {
  const file = join(bench.folder, 'samples.json')
  writeFileSync(file, JSON.stringify(samples))
  const env = { BENCH_SAMPLES: file, BENCH_SID: bench.sid, BENCH_TOKEN: bench.token }
  const start = (script: string) => startProcess(['--import', 'tsx', script], env, join(bench.folder, 'bare.log'))
  const [http, fastify] = await Promise.all([start(BARE_HTTP), start(BARE_FASTIFY)])
  return { http, fastify }
}
