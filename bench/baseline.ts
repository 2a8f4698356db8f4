import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { RequestResult } from './cases/requests.js'
import type { Engine } from './options.js'

const FILE = fileURLToPath(new URL('./baseline.json', import.meta.url))
const NOTICEABLE = 0.3

/** Requests a second of Recollect divided by those of a bare server, by case: unlike rates they outlive a machine. */
type Ratios = Record<string, { readonly http: number; readonly fastify: number }>
type Baseline = Partial<Record<Engine, Ratios>>

function ratiosOf(requests: readonly RequestResult[]): Ratios {
  const round = (ratio: number) => Number(ratio.toFixed(3))
  return Object.fromEntries(
    requests.map(({ name, connections, ratioToHttp, ratioToFastify }) => [
      `${name}, ${connections} connections`,
      { http: round(ratioToHttp), fastify: round(ratioToFastify) },
    ]),
  )
}

function readBaseline(): Baseline {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Baseline) : {}
}

/** Keeps the ratios of a run; cases it did not measure keep theirs. */
export function writeBaseline(engine: Engine, requests: readonly RequestResult[]): void {
  const known = readBaseline()
  const merged: Baseline = { ...known, [engine]: { ...known[engine], ...ratiosOf(requests) } }
  writeFileSync(FILE, `${JSON.stringify(merged, undefined, 2)}\n`)
}

/** What moved by more than 30 %, one line each; a short run is too coarse to fail for it. */
export function compareWithBaseline(engine: Engine, requests: readonly RequestResult[]): string[] {
  const known = readBaseline()[engine]
  if (known === undefined) return [`bench/baseline.json has no ratios of ${engine}`]
  const lines: string[] = []
  for (const [name, now] of Object.entries(ratiosOf(requests))) {
    const before = known[name]
    if (before === undefined) {
      lines.push(`${name}: not in bench/baseline.json`)
      continue
    }
    for (const other of ['http', 'fastify'] as const) {
      const change = now[other] / before[other] - 1
      if (Math.abs(change) <= NOTICEABLE) continue
      const percent = `${change > 0 ? '+' : ''}${(change * 100).toFixed(0)} %`
      lines.push(`${name}: ratio to ${other} ${before[other]} → ${now[other]} (${percent})`)
    }
  }
  if (lines.length === 0) return ['No ratio moved by more than 30 % from bench/baseline.json.']
  const load = loadavg()[0] ?? 0
  const busy =
    load > availableParallelism() ? `; the load average is ${load.toFixed(1)}, and a busy machine alone moves some` : ''
  return [`Ratios that moved by more than 30 % from bench/baseline.json${busy}:`, ...lines]
}
