import { parseArgs } from 'node:util'

export const CASES = [
  'start',
  'create',
  'fetch',
  'lookup',
  'patch',
  'list',
  'traits',
  'mixed',
  'observe',
  'bulk',
  'import',
] as const
export type CaseName = (typeof CASES)[number]

/** How much work a run does. */
export interface Size {
  readonly rounds: number
  /** Length of one measurement. */
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly profiles: number
  readonly starts: number
  readonly bulks: number
  readonly importRows: number
  /** The run is given up after so long. */
  readonly limitSeconds: number
}

export const FULL: Size = {
  rounds: 5,
  seconds: 3,
  warmUpSeconds: 2,
  profiles: 10_000,
  starts: 5,
  bulks: 7,
  importRows: 100_000,
  limitSeconds: 3000,
}

/** Only has to work, and to show ratios that are far off. */
const SMOKE: Size = {
  rounds: 4,
  seconds: 0.2,
  warmUpSeconds: 0.2,
  profiles: 500,
  starts: 1,
  bulks: 1,
  importRows: 2000,
  limitSeconds: 100,
}

/** What the installation of a peer may take. */
const INSTALL_SECONDS = 150

export type Engine = 'sqlite' | 'postgres'

export interface Options {
  readonly json: boolean
  readonly smoke: boolean
  readonly writeBaseline: boolean
  /** Create and fetch with 1, 4, 16 and 64 connections. */
  readonly curve: boolean
  readonly peers: boolean
  readonly only: ReadonlySet<CaseName>
  readonly server: string | undefined
  readonly engine: Engine
  /** How much longer each sync takes, in milliseconds. */
  readonly slowSyncMs: number
  readonly size: Size
}

export const USAGE = `npm run bench -- [options]

  --only NAME     Only this case, may be repeated: ${CASES.join(', ')}
  --rounds N      Measurements of each candidate (${FULL.rounds})
  --seconds N     Length of a measurement (${FULL.seconds})
  --engine NAME   sqlite, or postgres: a private cluster, or the one of TEST_DATABASE_URL (sqlite)
  --server FILE   main.js of another build than dist/
  --slow-sync MS  Let each sync of the server and its database take so much longer, by a library that cc compiles (0)
  --curve         Measure create and fetch with 1, 4, 16 and 64 connections
  --peers         Also a server of the official document, Prism, which is installed from npm
  --smoke         A short run that shows that everything works, and which ratios moved since bench/baseline.json
  --write-baseline  With --smoke: keep its ratios in bench/baseline.json
  --json          Print JSON`

/** Reads the command line; nothing when it only asks for help. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      'write-baseline': { type: 'boolean', default: false },
      curve: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      server: { type: 'string' },
      engine: { type: 'string', default: 'sqlite' },
      'slow-sync': { type: 'string' },
    },
  })
  if (values.help) return undefined
  const base = values.smoke ? SMOKE : FULL
  if (values['write-baseline'] && !values.smoke) throw new Error('--write-baseline keeps the ratios of a --smoke run')
  const slowSyncMs = readNumber('slow-sync', values['slow-sync'], 0)
  if (values['write-baseline'] && slowSyncMs > 0) throw new Error('--write-baseline keeps no ratios of slowed syncs')
  return {
    json: values.json,
    smoke: values.smoke,
    writeBaseline: values['write-baseline'],
    curve: values.curve,
    peers: values.peers,
    only: new Set((values.only ?? CASES).map(readCase)),
    server: values.server,
    engine: readEngine(values.engine),
    slowSyncMs,
    size: {
      ...base,
      rounds: readNumber('rounds', values.rounds, base.rounds),
      seconds: readNumber('seconds', values.seconds, base.seconds),
      limitSeconds: base.limitSeconds + (values.peers ? INSTALL_SECONDS : 0),
    },
  }
}

function readCase(name: string): CaseName {
  const found = CASES.find((known) => known === name)
  if (found === undefined) throw new Error(`--only ${name}: give one of ${CASES.join(', ')}`)
  return found
}

export function readEngine(name: string): Engine {
  if (name === 'sqlite' || name === 'postgres') return name
  throw new Error(`--engine ${name}: give sqlite or postgres`)
}

function readNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} ${text}: give a number above 0`)
  return value
}
