import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type Account, newAccount, startServer, type TestServer } from '../support/server.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** One data folder, served by one process after the other. */
export interface Restartable {
  readonly dataDir: string
  readonly account: Account
  /** Starts the next process; the one before must have ended. */
  start(): Promise<TestServer>
  /** Starts a process and kills it before or soon after it is ready. */
  startAndKill(afterMs: number): Promise<void>
}

/** Makes a data folder for a test (or takes one), and ends whatever serves it when the test ends. */
export async function createRestartable(
  options: { dataDir?: string; env?: Record<string, string>; account?: Account } = {},
): Promise<Restartable> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'recollect-fault-')))
  const account = options.account ?? newAccount()
  let current: TestServer | undefined
  onTestFinished(async () => {
    await current?.kill('SIGKILL')
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
  })
  return {
    dataDir,
    account,
    async start() {
      current = await startServer({ dataDir, account, stranger: account, ...(options.env && { env: options.env }) })
      return current
    },
    async startAndKill(afterMs) {
      const child = spawn(process.execPath, [MAIN, 'serve'], {
        env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'silent', RECOLLECT_DATA_DIR: dataDir },
        stdio: 'ignore',
      })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      await sleep(afterMs)
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** How many files and sockets a server holds. */
export async function countOpenFiles(server: TestServer): Promise<number> {
  return (await readdir(`/proc/${server.process.pid}/fd`)).length
}

/** A whole number from `min` to `max`. */
export function randomBetween(min: number, max: number): number {
  return min + Math.floor(Math.random() * (max - min + 1))
}
