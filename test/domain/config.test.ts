import { isAbsolute } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, describeSettings, type Env, loadClientConfig, loadConfig } from '../../src/config.js'

const SID = `AC${'0'.repeat(32)}`

function problemsOf(env: Env): readonly string[] {
  try {
    loadConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

it('has a default for everything', () => {
  expect(loadConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    publicUrl: undefined,
    logLevel: 'info',
    accounts: [],
    uploadUrlTtlSeconds: 1800,
    limits: {
      storesPerAccount: 15,
      traitGroupsPerStore: 50,
      traitsPerGroup: 95,
      importRows: 1_000_000,
      importFailedRows: 100,
    },
  })
  expect(isAbsolute(loadConfig({}).dataDir)).toBe(true)
})

it('takes a blank variable for one that is not set', () => {
  expect(loadConfig({ PORT: '', HOST: '  ', PUBLIC_URL: '', RECOLLECT_ACCOUNTS: ' ' })).toEqual(loadConfig({}))
})

it('reads every setting', () => {
  const token = 'a:b=c'
  const config = loadConfig({
    HOST: '0.0.0.0',
    PORT: '0',
    PUBLIC_URL: 'https://memory.example.com/base/',
    UPLOAD_URL_TTL_SECONDS: '60',
    RECOLLECT_ACCOUNTS: `${SID}:${token}, ${SID}:second`,
    RECOLLECT_MAX_STORES: '3',
  })
  expect(config).toMatchObject({
    host: '0.0.0.0',
    port: 0,
    publicUrl: 'https://memory.example.com/base',
    uploadUrlTtlSeconds: 60,
    accounts: [
      { sid: SID, token },
      { sid: SID, token: 'second' },
    ],
  })
  expect(config.limits.storesPerAccount).toBe(3)
})

it('names all problems at once, each with the variable', () => {
  const problems = problemsOf({
    PORT: '80a',
    LOG_LEVEL: 'loud',
    PUBLIC_URL: 'ftp://example.com',
    UPLOAD_URL_TTL_SECONDS: '0',
    RECOLLECT_ACCOUNTS: `${SID}:fine,AC123:token,nonsense`,
    DATABASE_URL: 'mysql://localhost/memory',
  })
  for (const name of ['DATABASE_URL', 'PUBLIC_URL', 'PORT', 'LOG_LEVEL', 'UPLOAD_URL_TTL_SECONDS']) {
    expect(
      problems.filter((problem) => problem.startsWith(`${name} `)),
      name,
    ).toHaveLength(1)
  }
  expect(problems.filter((problem) => problem.startsWith('RECOLLECT_ACCOUNTS, entry'))).toHaveLength(2)
})

describe('numbers', () => {
  it.each(['-1', '65536', '1.5', '1e3', '0x10', 'NaN', '８０'])('refuses PORT=%s', (PORT) => {
    expect(problemsOf({ PORT })).toEqual([expect.stringMatching(/^PORT is ".*": give a whole number from 0 to 65535$/)])
  })
})

it('repeats no secret of the environment in a problem', () => {
  const secrets = {
    RECOLLECT_ACCOUNTS: 'AC1:top-secret-token',
    DATABASE_URL: 'mysql://user:top-secret-password@localhost/memory',
  }
  expect(problemsOf(secrets)).toHaveLength(2)
  expect(problemsOf(secrets).join()).not.toContain('top-secret')
})

it('describes each setting once', () => {
  const settings = describeSettings()
  expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length)
  for (const { description } of settings) expect(description).not.toBe('')
  expect(settings.map(({ name }) => name)).toEqual(expect.arrayContaining(['HOST', 'PORT', 'RECOLLECT_DATA_DIR']))
})

it('reads where a client finds the server', () => {
  expect(loadClientConfig({})).toEqual({ url: 'http://127.0.0.1:8080', username: undefined, password: undefined })
  expect(
    loadClientConfig({ RECOLLECT_URL: 'https://x.example', RECOLLECT_USERNAME: 'u', RECOLLECT_PASSWORD: 'p' }),
  ).toEqual({ url: 'https://x.example', username: 'u', password: 'p' })
})

describe('tracing', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }

  it('is off until an endpoint is named, and while it is disabled', () => {
    expect(loadConfig({}).tracing).toBeUndefined()
    expect(loadConfig(endpoint).tracing).toEqual({ protocol: 'http/protobuf', serviceName: 'recollect' })
    const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }
    expect(loadConfig(traces).tracing).toBeDefined()
    expect(loadConfig({ ...endpoint, OTEL_SDK_DISABLED: 'True' }).tracing).toBeUndefined()
    expect(loadConfig({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }).tracing).toBeUndefined()
  })

  it('takes the protocol of traces before the general one, and refuses what it does not speak', () => {
    const grpc = { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
    expect(loadConfig({ ...grpc, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }).tracing?.protocol).toBe('http/json')
    expect(() => loadConfig(grpc)).toThrow(
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc": give one of http/protobuf, http/json',
    )
    expect(loadConfig({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).tracing).toBeUndefined()
    expect(() => loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toThrow('give an http or https address')
  })
})
