import autocannon, { type RequestContext, type RequestTemplate } from 'autocannon'
import { percentile } from './statistics.js'

export type Kind = 'read' | 'write'

export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: unknown
  /** Given when a load mixes both, to tell their latencies apart. */
  readonly kind?: Kind
}

export interface Load {
  readonly connections: number
  readonly seconds: number
  readonly authorization: string
  /** Builds the next request; called once for each. */
  readonly next: () => LoadRequest
  /** Whether the requests say of which kind they are. */
  readonly mixed?: boolean
}

export interface Latency {
  readonly p50: number
  readonly p99: number
}

export interface Measurement extends Latency {
  readonly requests: number
  readonly requestsPerSecond: number
  /** Of a mixed load. */
  readonly byKind?: Readonly<Record<Kind, Latency>>
}

/**
 * Puts load on a server: as many requests at a time as connections, each sent when the one before was answered.
 *
 * @throws when a single answer was no success: a fast refusal is no throughput
 */
export async function measure(url: string, load: Load): Promise<Measurement> {
  const { connections, seconds, authorization } = load
  const latencies: number[] = []
  const byKind: Record<Kind, number[]> = { read: [], write: [] }
  const answered: { kind?: Kind | undefined } = {}
  let first = 0
  let last = 0
  const tracker = autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 10,
    sampleInt: 50,
    headers: { authorization, 'content-type': 'application/json' },
    requests: [toRequest(load, answered)],
  })
  tracker.on('start', () => {
    first = performance.now()
  })
  tracker.on('response', (_client, _status, _bytes, ms) => {
    latencies.push(ms)
    if (answered.kind !== undefined) byKind[answered.kind].push(ms)
    last = performance.now()
  })
  const { errors, timeouts, non2xx, statusCodeStats } = await tracker
  if (errors + timeouts + non2xx > 0 || latencies.length === 0) {
    throw new Error(`${url}: ${errors} errors, ${timeouts} timeouts, statuses ${JSON.stringify(statusCodeStats)}`)
  }
  return {
    requests: latencies.length,
    requestsPerSecond: (latencies.length / (last - first)) * 1000,
    ...latencyOf(latencies),
    ...(load.mixed === true && { byKind: { read: latencyOf(byKind.read), write: latencyOf(byKind.write) } }),
  }
}

/** @param answered gets the kind of the request that was answered, just before its latency is told */
function toRequest({ next, mixed = false }: Load, answered: { kind?: Kind | undefined }): RequestTemplate {
  return {
    method: 'GET',
    setupRequest: (request, context) => {
      const { method, path, body, kind } = next()
      if (mixed) context.kind = kind
      // A copy: autocannon adds the length of this body to them, which the next request without one must not have.
      const headers = { ...request.headers }
      return { ...request, headers, method, path, ...(body !== undefined && { body: JSON.stringify(body) }) }
    },
    ...(mixed && {
      onResponse: (_status: number, _body: string, context: RequestContext) => {
        answered.kind = context.kind
      },
    }),
  }
}

function latencyOf(latencies: readonly number[]): Latency {
  const sorted = latencies.toSorted((a, b) => a - b)
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) }
}
