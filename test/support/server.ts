import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { databaseEnv } from './engine.js'

/** The built command line. */
export const cliPath = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const END_WITH_PARENT = new URL('./end-with-parent.mjs', import.meta.url).href
const START_TIMEOUT_MS = 15_000

export interface Account {
  readonly sid: string
  readonly token: string
}

/** A real server in a process of its own. */
export interface TestServer {
  readonly url: string
  readonly account: Account
  /** A second account, for tests of isolation. */
  readonly stranger: Account
  readonly dataDir: string
  readonly process: ChildProcess
  /** Lines of the log so far. */
  readonly logLines: string[]
  /** What was printed on standard output so far. */
  output(): string
  /** Ends the process and resolves with its exit code, or the signal that ended it. */
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
  /** SIGTERM, then removes the data folder. */
  stop(): Promise<void>
}

export interface ServerOptions {
  /** The command and its options instead of `serve`. */
  readonly command?: readonly string[]
  readonly env?: Record<string, string>
  /** Serves this folder again instead of a new one; `stop` leaves it. */
  readonly dataDir?: string
  readonly account?: Account
  readonly stranger?: Account
  /** Ends, and removes its data folder, when this process does. */
  readonly endsWithParent?: boolean
}

export function newAccount(): Account {
  return { sid: `AC${randomBytes(16).toString('hex')}`, token: randomBytes(16).toString('hex') }
}

/** Starts the built server on a free port and resolves when it listens. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'recollect-test-')))
  const account = options.account ?? newAccount()
  const stranger = options.stranger ?? newAccount()
  const preload = options.endsWithParent === true ? ['--import', END_WITH_PARENT] : []
  const args = ['--enable-source-maps', ...preload, cliPath, ...(options.command ?? ['serve'])]
  const child = spawn(process.execPath, args, {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      LOG_LEVEL: 'info',
      RECOLLECT_DATA_DIR: dataDir,
      RECOLLECT_ACCOUNTS: [account, stranger].map(({ sid, token }) => `${sid}:${token}`).join(','),
      RECOLLECT_MAX_STORES: '100000',
      ...(await databaseEnv(dataDir)),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.endsWithParent === true ? ['ipc' as const] : [])],
  })
  const logLines: string[] = []
  let printed = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const url = await waitForUrl(child, logLines)
  const kill = (signal: NodeJS.Signals) =>
    new Promise<number | NodeJS.Signals | null>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode ?? child.signalCode)
      child.once('exit', (code, endedBy) => resolve(code ?? endedBy))
      child.kill(signal)
    })
  const stop = async () => {
    await kill('SIGTERM')
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
  }
  return { url, account, stranger, dataDir, process: child, logLines, output: () => printed, kill, stop }
}

function waitForUrl(child: ChildProcess, logLines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`the server ${reason}:\n${logLines.join('\n')}`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail('did not start in time')
    }, START_TIMEOUT_MS)
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`ended with code ${code}`)
    })
    if (child.stderr === null) return fail('has no log')
    createInterface({ input: child.stderr }).on('line', (line) => {
      logLines.push(line)
      if (!line.includes('"listening"')) return
      clearTimeout(timer)
      resolve((JSON.parse(line) as { url: string }).url)
    })
  })
}
