import autocannon from 'autocannon'
import { percentile } from './statistics.js'

export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: unknown
}

export interface Load {
  readonly connections: number
  readonly seconds: number
  readonly authorization: string
  /** Builds the next request; called once for each. */
  readonly next: () => LoadRequest
}

export interface Measurement {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
}

/**
 * Puts load on a server: as many requests at a time as connections, each sent when the one before was answered.
 *
 * @throws when a single answer was no success: a fast refusal is no throughput
 */
export async function measure(url: string, { connections, seconds, authorization, next }: Load): Promise<Measurement> {
  const latencies: number[] = []
  let first = 0
  let last = 0
  const tracker = autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 10,
    sampleInt: 50,
    headers: { authorization, 'content-type': 'application/json' },
    requests: [
      {
        method: 'GET',
        setupRequest: (request) => {
          const { method, path, body } = next()
          return { ...request, method, path, ...(body !== undefined && { body: JSON.stringify(body) }) }
        },
      },
    ],
  })
  tracker.on('start', () => {
    first = performance.now()
  })
  tracker.on('response', (_client, _status, _bytes, ms) => {
    latencies.push(ms)
    last = performance.now()
  })
  const { errors, timeouts, non2xx, statusCodeStats } = await tracker
  if (errors + timeouts + non2xx > 0 || latencies.length === 0) {
    throw new Error(`${url}: ${errors} errors, ${timeouts} timeouts, statuses ${JSON.stringify(statusCodeStats)}`)
  }
  latencies.sort((a, b) => a - b)
  return {
    requestsPerSecond: (latencies.length / (last - first)) * 1000,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  }
}
