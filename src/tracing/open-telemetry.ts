import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  createTraceState,
  DiagLogLevel,
  diag,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { TracingConfig } from '../config/tracing.js'
import type { Logger } from '../log.js'
import type { RequestSpan, SpanAttributes, SpanReference, Tracing } from '../tracing.js'
import { readVersion } from '../version.js'

/** An end that nobody takes the last spans of must not hold the server's own up. */
const CLOSE_MS = 3000

/** Tracing by the OpenTelemetry SDK, which reads the rest of the OTEL_ settings itself. */
export function createTracing({ protocol, serviceName }: TracingConfig, log: Logger): Tracing {
  logDiagnostics(log)
  const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter()
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': serviceName, 'service.version': readVersion() }))
    .merge(detectResources({ detectors: [envDetector] }))
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] })
  return toTracing(provider.getTracer('recollect'), async () => {
    const timer = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref())
    const ended = provider.shutdown().catch((error) => log.warn({ err: error }, 'the last spans could not be sent'))
    await Promise.race([ended, timer])
  })
}

/** A collector that does not answer is told in the log; requests do not notice. */
function logDiagnostics(log: Logger): void {
  const warn = (message: string) => log.warn({ reason: message }, 'tracing')
  const ignore = () => undefined
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN)
}

/** The context of what is going on is this storage's; nothing is registered for the whole process. */
function toTracing(tracer: Tracer, close: () => Promise<void>): Tracing {
  const storage = new AsyncLocalStorage<Context>()
  const here = () => storage.getStore() ?? ROOT_CONTEXT
  const run = <T>(
    parent: Context,
    name: string,
    options: { attributes?: SpanAttributes; links?: Link[] },
    work: () => T,
  ) => {
    const span = tracer.startSpan(name, options, parent)
    return endWith(span, () => storage.run(trace.setSpan(parent, span), work))
  }
  return {
    span: (name, attributes, work) => run(here(), name, { attributes }, work),
    root: (name, attributes, work) => run(ROOT_CONTEXT, name, { attributes }, work),
    batch(name, members, work) {
      const [first, ...others] = members.filter((member) => member !== undefined) as SpanContext[]
      const parent = first === undefined ? here() : trace.setSpanContext(ROOT_CONTEXT, first)
      const links = others.map((context) => ({ context }))
      return run(parent, name, { attributes: { 'recollect.batch_size': members.length }, links }, work)
    },
    request(name, attributes, headers) {
      const parent = readParent(headers)
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent)
      return toRequestSpan(span, (next) => storage.run(trace.setSpan(parent, span), next))
    },
    current: (): SpanReference | undefined => trace.getSpanContext(here()),
    close,
  }
}

function toRequestSpan(span: Span, enter: RequestSpan['enter']): RequestSpan {
  return {
    enter,
    end(attributes, failed) {
      span.setAttributes(attributes)
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

/** Ends a span with its work, whether that is done at once or later. */
function endWith<T>(span: Span, work: () => T): T {
  try {
    const result = work()
    if (!(result instanceof Promise)) {
      span.end()
      return result
    }
    const settled = result.then(
      (value) => {
        span.end()
        return value
      },
      (error) => fail(span, error),
    )
    return settled as T
  } catch (error) {
    return fail(span, error)
  }
}

/** Only the kind of an error is told: its message may name what a customer gave. */
function fail(span: Span, error: unknown): never {
  span.setAttribute('error.type', error instanceof Error ? error.name : typeof error)
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
  throw error
}

const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/

function readParent({ traceparent, tracestate }: Readonly<Record<string, unknown>>): Context {
  const [, traceId, spanId, flags] = (typeof traceparent === 'string' && TRACE_PARENT.exec(traceparent)) || []
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT
  const spanContext: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(typeof tracestate === 'string' && { traceState: createTraceState(tracestate) }),
  }
  return isSpanContextValid(spanContext) ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT
}
