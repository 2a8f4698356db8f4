import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** A span as a collector gets it, in OTLP's JSON. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly status: { readonly code?: number; readonly message?: string }
}

export interface TraceReceiver {
  readonly close: () => void
  /** Base URL for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  readonly spans: ReceivedSpan[]
  /** Everything that was sent, as it came. */
  readonly bodies: Buffer[]
  readonly requests: {
    readonly path: string
    readonly contentType: string
    readonly headers: NodeJS.Dict<string | string[]>
  }[]
}

interface Payload {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[] }[]
}

/** A collector that takes OTLP over HTTP, until it is closed. @param status what it answers */
export async function startTraceReceiver(status = 200): Promise<TraceReceiver> {
  const received: Omit<TraceReceiver, 'url' | 'close'> = { spans: [], bodies: [], requests: [] }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const sent = Buffer.concat(chunks)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    const contentType = request.headers['content-type'] ?? ''
    received.requests.push({ path: request.url ?? '', contentType, headers: request.headers })
    received.bodies.push(body)
    if (contentType.includes('json')) {
      const { resourceSpans = [] } = JSON.parse(body.toString()) as Payload
      received.spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
    }
    response.writeHead(status, { 'content-type': contentType }).end(contentType.includes('json') ? '{}' : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close, ...received }
}

/** The value of a span's attribute, as text. */
export function attributeOf(span: ReceivedSpan | undefined, key: string): string | undefined {
  const value = span?.attributes.find((attribute) => attribute.key === key)?.value
  return value === undefined ? undefined : String(Object.values(value)[0])
}
