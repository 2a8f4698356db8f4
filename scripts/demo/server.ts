import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Connection, DemoError } from './client.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
/** An account of its own keeps the sample data apart from everything else on the server. */
const DEMO_ACCOUNT = `AC${'de30'.repeat(8)}`
const START_TIMEOUT_MS = 20_000
const POLL_MS = 100

export interface DemoServer {
  readonly connection: Connection
  /** The server, when it was started for the demo: it goes on until it is told to stop. */
  readonly started: ChildProcess | undefined
}

/**
 * Finds the server of the settings, or starts one on this folder, and credentials for it.
 *
 * @throws DemoError when there is none and none can be started, or when it takes no account of ours
 */
export async function findServer(env: NodeJS.ProcessEnv): Promise<DemoServer> {
  const url = (env.RECOLLECT_URL || `http://127.0.0.1:${env.PORT || '8080'}`).replace(/\/+$/, '')
  const { RECOLLECT_USERNAME: username, RECOLLECT_PASSWORD: password } = env
  const runs = await answers(url)
  if (!runs && env.RECOLLECT_URL) throw new DemoError(`There is no server at ${url}: start it, or unset RECOLLECT_URL.`)
  const started = runs ? undefined : await startServer(url)
  try {
    const given = username && password ? { username, password } : await makeAccount()
    const connection = { url, ...given }
    await checkCredentials(connection, given.username === DEMO_ACCOUNT)
    return { connection, started }
  } catch (error) {
    started?.kill('SIGTERM')
    throw error
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )
}

async function startServer(url: string): Promise<ChildProcess> {
  if (!existsSync(MAIN)) throw new DemoError('The server is not built: run npm run build first.')
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { LOG_LEVEL: 'warn', ...process.env },
  })
  const end = Date.now() + START_TIMEOUT_MS
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new DemoError(`The server ended with code ${child.exitCode}.`)
    if (Date.now() > end) {
      child.kill('SIGKILL')
      throw new DemoError(`The server does not answer at ${url}: set RECOLLECT_URL to where it listens.`)
    }
    await sleep(POLL_MS)
  }
  return child
}

/** Makes the demo's account, or gives it a new token, in the database of the settings: also while a server runs. */
async function makeAccount(): Promise<Pick<Connection, 'username' | 'password'>> {
  if (!existsSync(MAIN)) throw new DemoError('The server is not built: run npm run build first.')
  const command = [MAIN, 'account', 'create', '--sid', DEMO_ACCOUNT, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, command)
  const { sid, authToken } = JSON.parse(stdout) as { sid: string; authToken: string }
  return { username: sid, password: authToken }
}

async function checkCredentials({ url, username, password }: Connection, ours: boolean): Promise<void> {
  // What another process changed, a server sees after a twentieth of a second.
  await sleep(POLL_MS)
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const { status } = await fetch(`${url}/v1/ControlPlane/Stores?pageSize=1`, { headers: { authorization } })
  if (status !== 401) return
  throw new DemoError(
    ours
      ? `The server at ${url} has another database than this folder's settings say. Give it credentials it knows:\n\n` +
          `  RECOLLECT_USERNAME=AC… RECOLLECT_PASSWORD=… npm run demo`
      : `The server at ${url} does not take RECOLLECT_USERNAME and RECOLLECT_PASSWORD.`,
  )
}
