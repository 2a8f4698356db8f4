import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findPostgres } from '../test/support/postgres-cluster.js'
import { CASES, type Engine, readOptions } from './options.js'
import { drawThroughput, writePage } from './page.js'
import type { Results } from './report.js'

/**
 * Runs the benchmark with both engines and writes docs/performance.md and its picture:
 * `npm run bench:report -- [--rounds N] [--seconds N] [--smoke]`.
 */

const RUN = fileURLToPath(new URL('./run.ts', import.meta.url))
const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url))
const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url))
const TITLES: Readonly<Record<Engine, string>> = { sqlite: 'SQLite', postgres: 'PostgreSQL' }

/** One run in a process of its own; its progress goes to stderr. */
async function runEngine(engine: Engine, args: readonly string[]): Promise<Results> {
  const peers = engine === 'sqlite' ? ['--peers'] : []
  const all = ['--import', 'tsx', RUN, ...args, '--json', '--curve', ...peers, '--engine', engine]
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = () => child.kill('SIGTERM')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let output = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk
  if ((await code) !== 0) throw new Error(`the run with ${TITLES[engine]} failed`)
  return JSON.parse(output) as Results
}

async function main(args: readonly string[]): Promise<void> {
  // Only to refuse what the runs would refuse, before the first one is through.
  const options = readOptions(args)
  if (options === undefined) return console.log('npm run bench:report -- [--rounds N] [--seconds N] [--server FILE]')
  if (options.only.size < CASES.length) throw new Error('the page needs every case: leave --only out')
  const runs: Record<string, Results> = { SQLite: await runEngine('sqlite', args) }
  const missing: string[] = []
  if (runs.SQLite?.peer === undefined) missing.push('Prism: it could not be installed or had no document to serve.')
  if ((await findPostgres()) === undefined && process.env.TEST_DATABASE_URL === undefined) {
    missing.push('PostgreSQL: this machine has no server programs, and TEST_DATABASE_URL named no server.')
    console.error(`bench: SKIPPED ${missing.at(-1)}`)
  } else {
    runs.PostgreSQL = await runEngine('postgres', args)
  }
  mkdirSync(IMAGES, { recursive: true })
  writeFileSync(`${IMAGES}throughput.svg`, drawThroughput(runs))
  writeFileSync(PAGE, writePage(runs, missing, ['npm run bench:report --', ...args].join(' ')))
  console.error(`${PAGE} and ${IMAGES}throughput.svg are written`)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
