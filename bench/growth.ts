import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findPostgres } from '../test/support/postgres-cluster.js'
import { readConditions } from './conditions.js'
import { compare, type Row } from './growth/operations.js'
import { drawPart, type GrowthRun, replaceTables, toTables } from './growth/report.js'
import { createParts, type Grown, grow, type Part } from './growth/scenario.js'
import { type Engine, readEngine } from './options.js'
import { killAll } from './process.js'

/**
 * What an operation costs as the data grow. All scenarios of a part are filled first and measured in turn, one request at a
 * time.
 */

const USAGE = `npm run bench:growth -- [options]

  --engine NAME   sqlite, or postgres: a private cluster, or the one of TEST_DATABASE_URL (sqlite)
  --part NAME     What grows, may be repeated: profiles, memories, stores (profiles and memories)
  --largest N     Leave larger scenarios out (1000000)
  --only NAME     Only this operation, may be repeated
  --rounds N      Measurements of each (3)
  --seconds N     Length of a measurement (0.5)
  --write         Measure both engines and write docs/images/growth-*.svg and the tables of docs/scaling.md`

const ENGINES: Readonly<Record<Engine, string>> = { sqlite: 'SQLite', postgres: 'PostgreSQL' }
const PAGE = fileURLToPath(new URL('../docs/scaling.md', import.meta.url))
const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url))

function readArguments() {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      write: { type: 'boolean', default: false },
      engine: { ...text, default: 'sqlite' },
      part: { ...text, multiple: true, default: ['profiles', 'memories'] },
      only: { ...text, multiple: true },
      largest: { ...text, default: '1000000' },
      rounds: { ...text, default: '3' },
      seconds: { ...text, default: '0.5' },
    },
  })
  const number = (name: 'largest' | 'rounds' | 'seconds'): number => {
    if (!(Number(values[name]) > 0)) throw new Error(`--${name} ${values[name]}: give a number above 0`)
    return Number(values[name])
  }
  const all = createParts(number('largest'))
  const parts = values.part.map((name): Part => {
    const part = all.find((known) => known.name === name)
    if (part === undefined) throw new Error(`--part ${name}: give one of ${all.map((one) => one.name).join(', ')}`)
    return { ...part, operations: part.operations.filter((operation) => values.only?.includes(operation) ?? true) }
  })
  const { help, write, engine } = values
  return {
    help,
    write,
    engine: readEngine(engine),
    parts,
    pace: { rounds: number('rounds'), seconds: number('seconds') },
  }
}

type Arguments = ReturnType<typeof readArguments>

async function measurePart(part: Part, engine: Engine, folder: string, { pace }: Arguments): Promise<Row[]> {
  const grown: Grown[] = []
  try {
    for (const scenario of part.scenarios) grown.push(await grow(scenario, engine, folder))
    return await compare(part, grown, pace)
  } finally {
    killAll()
    for (const { database } of grown) await database?.close()
  }
}

async function measureEngine(engine: Engine, given: Arguments): Promise<GrowthRun> {
  const folder = mkdtempSync(join(tmpdir(), 'recollect-growth-'))
  try {
    const conditions = readConditions(folder, engine)
    const parts: { part: Part; rows: Row[] }[] = []
    for (const part of given.parts) {
      const own = join(folder, part.name)
      parts.push({ part, rows: await measurePart(part, engine, own, given) })
      // The next part needs the room.
      rmSync(own, { recursive: true, force: true })
    }
    return { engine: ENGINES[engine], conditions, parts }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function main(): Promise<void> {
  const given = readArguments()
  if (given.help) return console.log(USAGE)
  if (!given.write) return console.log(toTables(await measureEngine(given.engine, given)))
  const hasPostgres = (await findPostgres()) !== undefined || process.env.TEST_DATABASE_URL !== undefined
  if (!hasPostgres)
    console.error('bench: SKIPPED PostgreSQL: no server programs here, and TEST_DATABASE_URL names no server')
  const runs: GrowthRun[] = []
  for (const engine of hasPostgres ? (['sqlite', 'postgres'] as const) : (['sqlite'] as const)) {
    runs.push(await measureEngine(engine, given))
  }
  mkdirSync(IMAGES, { recursive: true })
  for (const { name } of given.parts) {
    const picture = drawPart(name, runs)
    if (picture !== undefined) writeFileSync(`${IMAGES}growth-${name}.svg`, picture)
  }
  writeFileSync(PAGE, replaceTables(readFileSync(PAGE, 'utf8'), runs))
  console.error(`${PAGE} and ${IMAGES}growth-*.svg are written`)
}

try {
  await main()
} catch (error) {
  killAll()
  console.error(`bench: ${error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error)}`)
  process.exitCode = 1
}
