import { readdirSync, readFileSync } from 'node:fs'
import type { Bench } from './servers.js'

export interface Answer<T> {
  readonly status: number
  readonly body: T
  /** The body as it was sent. */
  readonly text: string
}

const TIMER_MS = 10

/** Plain requests for what is not measured by load: set-up, and jobs that are waited for. */
export type Client = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) => Promise<Answer<T>>

export function createClient({ authorization }: Bench, url: string): Client {
  return async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(path.startsWith('http') ? path : url + path, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return { status: response.status, body: JSON.parse(text) as T, text }
  }
}

/** Asks again and again until `work` gives something; gives up after a minute. */
export async function waitFor<T>(what: string, work: () => Promise<T | undefined>, pollMs: number): Promise<T> {
  const end = performance.now() + 120_000
  for (;;) {
    const result = await work()
    if (result !== undefined) return result
    if (performance.now() > end) throw new Error(`${what} did not come about in two minutes`)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** Resident memory of a server in MiB, by its own metrics. */
export async function readRss(url: string): Promise<number> {
  return (await readMetric(url, 'process_resident_memory_bytes')) / 1024 / 1024
}

/** Seconds of CPU a server has used in all its threads, by its own metrics. */
export function readCpuSeconds(url: string): Promise<number> {
  return readMetric(url, 'process_cpu_seconds_total')
}

/** Hundredths of a second: the unit of /proc, whatever the kernel's own. */
const TICKS_A_SECOND = 100

/** Seconds of CPU each thread of a process has used, by thread id in the order they were started. Linux only. */
export function readThreadSeconds(pid: number): Map<string, number> {
  return new Map(
    readdirSync(`/proc/${pid}/task`).map((thread) => {
      // Behind the name, which may hold anything: state is the first field, user and system time the 12th and 13th.
      const fields = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return [thread, (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND]
    }),
  )
}

/** The longest a turn of the server's event loop was late since this was last asked, in milliseconds. */
export async function readLongestTurn(url: string): Promise<number> {
  // The timer it is measured with comes every 10 ms, which is in the value.
  return Math.max(0, (await readMetric(url, 'nodejs_eventloop_lag_max_seconds')) * 1000 - TIMER_MS)
}

/** How many texts wait to be encoded. */
export function readQueuedTexts(url: string): Promise<number> {
  return readMetric(url, 'recollect_texts_queued')
}

/** Waits until the server has encoded the texts it was given. */
export async function waitUntilEncoded(url: string): Promise<void> {
  const done = async () => ((await readQueuedTexts(url)) === 0 ? true : undefined)
  await waitFor('an empty queue of texts', done, 200)
}

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
  if (value === undefined) throw new Error(`${url}/metrics tells no ${name}`)
  return Number(value)
}
