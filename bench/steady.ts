import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Latency } from './load.js'
import { percentile } from './statistics.js'

/** Enough that a request never waits for another one's connection. */
const CONNECTIONS = 64
const TIMEOUT_MS = 20_000

export interface SteadyLoad {
  readonly perSecond: number
  readonly authorization: string
  readonly nextPath: () => string
}

export interface SteadyMeasurement extends Latency {
  readonly requests: number
  readonly max: number
}

/**
 * Sends GET requests at a fixed rate, whether or not those before were answered, for as long as `work` takes: a server that
 * stands still is asked on, so that each request that meets it counts (no coordinated omission).
 *
 * @throws when a request fails or gets no success
 */
export async function measureSteady(
  url: string,
  { perSecond, authorization, nextPath }: SteadyLoad,
  work: () => Promise<unknown>,
): Promise<SteadyMeasurement> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const pending: Promise<number>[] = []
  let done = false
  const working = work().finally(() => {
    done = true
  })
  // It is waited for below.
  working.catch(() => undefined)
  const started = performance.now()
  for (let sent = 0; !done; sent += 1) {
    const wait = started + (sent * 1000) / perSecond - performance.now()
    if (wait > 0) await sleep(wait)
    const one = fetchOnce(url + nextPath(), agent, authorization)
    // It is looked at in the end.
    one.catch(() => undefined)
    pending.push(one)
  }
  await working
  const latencies = (await Promise.all(pending)).sort((a, b) => a - b)
  agent.destroy()
  return {
    requests: latencies.length,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: latencies.at(-1) ?? Number.NaN,
  }
}

/** @returns milliseconds from sending to the whole answer */
function fetchOnce(url: string, agent: Agent, authorization: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = performance.now()
    const call = request(url, { agent, headers: { authorization }, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume()
      answer.once('error', reject)
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - sent)
        else reject(new Error(`GET ${url}: ${answer.statusCode}`))
      })
    })
    call.once('timeout', () => call.destroy(new Error(`GET ${url}: no answer in ${TIMEOUT_MS} ms`)))
    call.once('error', reject)
    call.end()
  })
}
