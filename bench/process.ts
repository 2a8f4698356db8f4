import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, readFileSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'

const START_TIMEOUT_MS = 15_000
const STOP_TIMEOUT_MS = 12_000
const LOG_LINES_SHOWN = 5
const LOG_POLL_MS = 5

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()

/**
 * Starts Node with a script that prints a line with its address or logs it, and resolves when it did.
 *
 * @param logFile gets what the server writes to stderr, as a service's log would
 */
export async function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  logFile: string,
): Promise<ServerProcess> {
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', openSync(logFile, 'a')],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const url = await waitForUrl(child, logFile, logStart)
  return { url, pid: child.pid ?? 0, stop: () => stop(child) }
}

/** A line of the log with the address the server listens on. */
const LISTENING = /"url":"(https?:\/\/[^"]+)","msg":"listening"/

function waitForUrl(child: ChildProcess, logFile: string, logStart: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer)
      clearInterval(poll)
      child.off('exit', onExit)
    }
    const fail = (reason: string) => {
      settle()
      reject(new Error(`a server ${reason}:\n${lastLines(logFile)}`))
    }
    const onExit = (code: number | null) => fail(`ended with code ${code}`)
    const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS)
    const found = (url: string | undefined) => {
      if (url === undefined) return
      settle()
      resolve(url)
    }
    const poll = setInterval(() => {
      found(LISTENING.exec(readFileSync(logFile).subarray(logStart).toString())?.[1])
    }, LOG_POLL_MS)
    child.once('exit', onExit)
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => found(/http:\/\/[\d.:]+\d/.exec(line)?.[0]))
  })
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n')
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
