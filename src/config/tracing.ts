import type { SettingsReader } from './settings-reader.js'

export interface TracingConfig {
  readonly protocol: 'http/protobuf' | 'http/json'
  readonly serviceName: string
}

const PROTOCOLS = ['http/protobuf', 'http/json'] as const

/**
 * Whether and how traces are sent. Names and meanings are OpenTelemetry's; what only concerns its SDK (sampler, headers,
 * batches, attributes of the resource) is read by the SDK.
 */
export function readTracing(settings: SettingsReader): TracingConfig | undefined {
  const endpoint = settings.optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'Where to send traces, such as `http://127.0.0.1:4318`. Absent: nowhere. The other `OTEL_` variables hold too, see docs/observability.md.',
  )
  const tracesEndpoint = settings.optional(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'The same as the whole address, such as `http://127.0.0.1:4318/v1/traces`.',
  )
  const general = settings.text(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'http/protobuf',
    'How traces are sent: `http/protobuf` or `http/json`.',
  )
  const protocol = settings.text('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', '', 'The same for traces alone.') || general
  const serviceName = settings.text('OTEL_SERVICE_NAME', 'recollect', 'What traces call this server.')
  const exporter = settings.text('OTEL_TRACES_EXPORTER', 'otlp', '`none` sends no traces, whatever else is set.')
  const disabled = settings.text('OTEL_SDK_DISABLED', 'false', '`true` sends no traces either.')
  if (disabled.toLowerCase() === 'true' || exporter === 'none') return undefined
  if ((endpoint ?? tracesEndpoint) === undefined) return undefined
  checkAddress(settings, 'OTEL_EXPORTER_OTLP_ENDPOINT', endpoint)
  checkAddress(settings, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', tracesEndpoint)
  const known = PROTOCOLS.find((one) => one === protocol)
  if (known !== undefined) return { protocol: known, serviceName }
  settings.problems.push(
    `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}": give one of ${PROTOCOLS.join(', ')}, or OTEL_TRACES_EXPORTER=none`,
  )
  return undefined
}

function checkAddress(settings: SettingsReader, name: string, text: string | undefined): void {
  if (text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) return
  settings.problems.push(`${name} is "${text}": give an http or https address like http://127.0.0.1:4318`)
}
