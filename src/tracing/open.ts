import { type Config, ConfigError } from '../config.js'
import type { Logger } from '../log.js'
import type { Tracing } from '../tracing.js'

/** What has to be installed beside the server for traces: the newest ones ask for a newer Node. */
export const TRACING_PACKAGES: readonly string[] = [
  '@opentelemetry/api@^1.9.0',
  '@opentelemetry/sdk-trace-base@^2.12.1',
  '@opentelemetry/resources@^2.12.1',
  '@opentelemetry/exporter-trace-otlp-http@^0.223.1',
  '@opentelemetry/exporter-trace-otlp-proto@^0.223.1',
]

/**
 * Opens tracing, if the settings ask for it; without them nothing of OpenTelemetry is even loaded.
 *
 * @throws ConfigError when they ask for it and the packages are not installed: whoever wants traces should hear of it
 *   when the server starts and not when the traces are missed
 */
export async function openTracing({ tracing }: Pick<Config, 'tracing'>, log: Logger): Promise<Tracing | undefined> {
  if (tracing === undefined) return undefined
  try {
    const { createTracing } = await import('./open-telemetry.js')
    return createTracing(tracing, log)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new ConfigError([
      `OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, and their packages are not installed: npm install ${TRACING_PACKAGES.join(' ')}; or set OTEL_SDK_DISABLED=true`,
    ])
  }
}
