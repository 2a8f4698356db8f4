import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { basic, eventually } from '../support/api.js'
import { temporaryFolder } from '../support/folder.js'
import { findFreePort } from '../support/free-port.js'
import { cliPath, newAccount } from '../support/server.js'
import { mayMount, mountSmallDisk } from './disk.js'

const STOP_MS = 10_000
const AT_ONCE = 32
/** A line each: more than is held of a log that cannot be written. */
const MANY = 9000

const itOnDisk = it.skipIf(!(await mayMount()))

interface Logging {
  readonly child: ChildProcess
  /** Sends requests, each of which is a line of the log, and expects an answer to each. */
  ask(count: number): Promise<void>
  /** Sends SIGTERM; resolves with the exit code, if the process ends in time. */
  stop(): Promise<unknown>
}

/** Starts a server that logs to a file, or to a pipe that this process reads. */
async function startLogging(log: number | 'pipe'): Promise<Logging> {
  const account = newAccount()
  const url = `http://127.0.0.1:${await findFreePort()}`
  const child = spawn(process.execPath, [cliPath, 'serve'], {
    env: {
      PATH: process.env.PATH,
      PORT: new URL(url).port,
      RECOLLECT_DATA_DIR: await temporaryFolder(),
      RECOLLECT_ACCOUNTS: `${account.sid}:${account.token}`,
    },
    stdio: ['ignore', 'ignore', log],
  })
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const get = async (path: string) => {
    const response = await fetch(url + path, { headers: { authorization: basic(account) } })
    await response.arrayBuffer()
    return response.status
  }
  await eventually(
    () => get('/readyz').catch(() => 0),
    (status) => status === 200,
  )
  return {
    child,
    async ask(count) {
      const clients = Array.from({ length: AT_ONCE }, async () => {
        for (let rest = count / AT_ONCE; rest > 0; rest -= 1) expect(await get('/v1/ControlPlane/Stores')).toBe(200)
      })
      await Promise.all(clients)
    },
    stop() {
      child.kill('SIGTERM')
      return Promise.race([ended, sleep(STOP_MS, 'still running', { ref: false })])
    },
  }
}

it('a log on a full disk neither holds a server up nor keeps it from ending', async () => {
  const full = openSync('/dev/full', 'w')
  const server = await startLogging(full)
  closeSync(full)
  await server.ask(MANY)
  expect(await server.stop()).toBe(0)
})

it.each([
  ['before it is told to end', 320],
  ['as it is told to end', 0],
])('a server whose log nobody reads any more, gone %s, answers and ends', async (_, requests) => {
  const server = await startLogging('pipe')
  server.child.stderr?.destroy()
  await server.ask(requests)
  expect(await server.stop()).toBe(0)
})

it('a server whose log is read no further answers and ends', async () => {
  const server = await startLogging('pipe')
  await server.ask(MANY)
  expect(await server.stop()).toBe(0)
})

itOnDisk('when there is room again the log goes on, and says how many lines it lost', async () => {
  const disk = await mountSmallDisk(8)
  const file = join(disk.folder, 'log')
  const log = openSync(file, 'a')
  const server = await startLogging(log)
  closeSync(log)
  await disk.fill()
  await server.ask(MANY)
  await disk.makeRoom()
  const lines = async () => (await readFile(file, 'utf8')).trimEnd().split('\n')
  await eventually(
    async () => (await lines()).some((line) => line.includes('lines are lost')),
    (isTold) => isTold,
  )
  expect(await server.stop()).toBe(0)
  const entries = (await lines()).map((line) => JSON.parse(line) as { msg: string; lost?: number })
  const requests = entries.filter(({ msg }) => msg === 'request').length
  const lost = entries.reduce((sum, entry) => sum + (entry.lost ?? 0), 0)
  expect(lost).toBeGreaterThan(0)
  // The line of the first /readyz may be among them.
  expect(requests + lost).toBeGreaterThanOrEqual(MANY - AT_ONCE)
  expect(entries.at(-1)?.msg).toBe('stopped')
})
