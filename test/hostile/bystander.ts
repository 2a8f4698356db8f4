import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A process of its own that uses a server like any other client while a test attacks it, and keeps an eye on its memory.
 * Arguments: URL of the server, its process id, the authorization. Reads the path it asks for, line by line,
 * on standard input; ends with it and prints what it saw as JSON.
 */

const [, , url = '', pid = '', authorization = ''] = process.argv
const PAUSE_MS = 20
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

export interface Sighting {
  readonly requests: number
  /** Statuses that were no 2xx, and errors. */
  readonly failures: readonly string[]
  /** Milliseconds of the slowest answer, as a clock has them. */
  readonly slowestMs: number
  /** The same without the time in which the processors were taken by other programs of the machine. */
  readonly slowestOwnMs: number
  /** Resident memory of the server in MiB, when this process started and at most. */
  readonly rssBefore: number
  readonly rssPeak: number
}

/** Milliseconds a process's threads have waited for a processor: of the server only the thread that answers. */
function readWaitedMs(thread: string): number {
  return Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[1]) / 1e6
}

function readRssMib(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function ask(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(url + path, { agent, headers: { authorization } }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
      answer.once('error', reject)
    })
    call.once('error', reject).end()
  })
}

const serverThread = `/proc/${pid}/task/${pid}`
const ownThread = `/proc/self/task/${readdirSync('/proc/self/task')[0]}`
const rssBefore = readRssMib()
const seen = { requests: 0, failures: [] as string[], slowestMs: 0, slowestOwnMs: 0, rssBefore, rssPeak: rssBefore }
let path = '/healthz'
let over = false
createInterface({ input: process.stdin })
  .on('line', (line) => {
    path = line
  })
  .once('close', () => {
    over = true
  })
const timer = setInterval(() => {
  seen.rssPeak = Math.max(seen.rssPeak, readRssMib())
}, PAUSE_MS)
process.stdout.write('ready\n')
while (!over) {
  const waited = readWaitedMs(serverThread) + readWaitedMs(ownThread)
  const started = performance.now()
  const outcome = await ask(path).catch((error: Error) => error.message)
  const ms = performance.now() - started
  const ownMs = ms - (readWaitedMs(serverThread) + readWaitedMs(ownThread) - waited)
  seen.requests += 1
  if (typeof outcome === 'string' || outcome >= 300) seen.failures.push(`${path}: ${outcome}`)
  seen.slowestMs = Math.max(seen.slowestMs, ms)
  seen.slowestOwnMs = Math.max(seen.slowestOwnMs, ownMs)
  await sleep(PAUSE_MS)
}
clearInterval(timer)
agent.destroy()
process.stdout.write(`${JSON.stringify(seen)}\n`)
