import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareRun } from './cases/run.js'
import { readConditions } from './conditions.js'
import { FULL, readEngine } from './options.js'
import { openBenchDatabase } from './postgres.js'
import { killAll } from './process.js'
import { createBench } from './servers.js'
import {
  type Comparison,
  compareSituations,
  SITUATIONS,
  type SituationName,
  type StallsSize,
} from './stalls/compare.js'

/**
 * How long a fetch takes while the server is busy with something large, beside how long it takes while it is not, in turns of one
 * run: `npm run bench:stalls -- [--engine postgres] [--turns 3] [--only import]`.
 */

const USAGE = `npm run bench:stalls -- [options]

  --engine NAME   sqlite, or postgres: a private cluster, or the one of TEST_DATABASE_URL (sqlite)
  --turns N       How often each situation is measured (3)
  --seconds N     Length of a measurement, but for that of an import, which is as long as the import (4)
  --rate N        Fetches a second (200)
  --rows N        Rows of an import (100000)
  --memories N    Memories that are encoded anew (3000)
  --only NAME     Only this situation, may be repeated: ${SITUATIONS.join(', ')}
  --server FILE   main.js of another build than dist/
  --json          Print JSON`

function readArguments() {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      json: { type: 'boolean', default: false },
      engine: { ...text, default: 'sqlite' },
      turns: { ...text, default: '3' },
      seconds: { ...text, default: '4' },
      rate: { ...text, default: '200' },
      rows: { ...text, default: String(FULL.importRows) },
      memories: { ...text, default: '3000' },
      only: { ...text, multiple: true },
      server: text,
    },
  })
  const number = (name: 'turns' | 'seconds' | 'rate' | 'rows' | 'memories'): number => {
    if (!(Number(values[name]) > 0)) throw new Error(`--${name} ${values[name]}: give a number above 0`)
    return Number(values[name])
  }
  const size: StallsSize = {
    turns: number('turns'),
    seconds: number('seconds'),
    perSecond: number('rate'),
    importRows: number('rows'),
    memories: number('memories'),
  }
  const { help, json, server } = values
  return { help, json, server, engine: readEngine(values.engine), size, only: readNames(values.only) }
}

function readNames(names: readonly string[] = SITUATIONS): SituationName[] {
  return names.map((name) => {
    const found = SITUATIONS.find((known) => known === name)
    if (found === undefined) throw new Error(`--only ${name}: give one of ${SITUATIONS.join(', ')}`)
    return found
  })
}

function toTable(comparisons: readonly Comparison[]): string {
  const header = ['while', 'idle p50', 'p99', 'busy p50', 'p99', 'max', 'p99 busy / idle', 'longest turn']
  const rows = comparisons.map(({ title, idle, busy, ratio, longestTurnMs }) => [
    title,
    ...[idle.p50, idle.p99, busy.p50, busy.p99, busy.max].map((ms) => ms.toFixed(2)),
    ratio.toFixed(1),
    longestTurnMs.toFixed(0),
  ])
  const rule = header.map((_, index) => (index === 0 ? '---' : '---:'))
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

async function main(): Promise<void> {
  const { help, json, engine, server, size, only } = readArguments()
  if (help) return console.log(USAGE)
  const folder = mkdtempSync(join(tmpdir(), 'recollect-stalls-'))
  const database = await openBenchDatabase(engine)
  const say = (text: string) => console.error(text)
  try {
    const conditions = readConditions(folder, engine)
    const bench = createBench(folder, { databaseUrl: database?.url, ...(server !== undefined && { main: server }) })
    const run = await prepareRun(bench, FULL, say)
    const comparisons = await compareSituations(run, size, only)
    if (json) return console.log(JSON.stringify({ conditions, size, comparisons }, undefined, 2))
    const { engine: words, date, cores, node, syncMs, loadBefore } = conditions
    console.log(
      `${words}, ${date}, ${cores} cores with the load generator on them, Node ${node}, a sync takes ${syncMs.toFixed(2)} ms, load average ` +
        `before the run ${loadBefore.toFixed(1)}. ${size.perSecond} fetches a second, medians of ${size.turns} turns, times in ms; the longest ` +
        `turn of the event loop is that of all turns.\n`,
    )
    console.log(toTable(comparisons))
  } finally {
    killAll()
    await database?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
