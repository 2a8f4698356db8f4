import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'

const START_TIMEOUT_MS = 15_000
const STOP_TIMEOUT_MS = 12_000

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()

/**
 * Starts Node with a script that prints a line with its address, and resolves when it did.
 *
 * @param logFile gets what the server writes to stderr, as a service's log would
 */
export async function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  logFile: string,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', openSync(logFile, 'a')],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const url = await waitForUrl(child, logFile)
  return { url, pid: child.pid ?? 0, stop: () => stop(child) }
}

function waitForUrl(child: ChildProcess, logFile: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`a server did not start in time, see ${logFile}`)),
      START_TIMEOUT_MS,
    )
    child.once('exit', (code) => reject(new Error(`a server ended with code ${code}, see ${logFile}`)))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /http:\/\/[\d.:]+\d/.exec(line)?.[0]
      if (url === undefined) return
      clearTimeout(timer)
      resolve(url)
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}

/** Ends every process that is still there, at once: the last resort of a run that is given up. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}
