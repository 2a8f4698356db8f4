import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { HOW_TO_GET_IT, loadOfficialDocument } from '../../scripts/official-document.js'
import { startProcess } from '../process.js'
import type { RequestCase } from './catalog.js'
import { measureInTurns, ratioOf, type Summary, summarize } from './requests.js'
import type { Run } from './run.js'

const FOLDER = fileURLToPath(new URL('../contract-peer/', import.meta.url))
const INSTALL_TIMEOUT_MS = 120_000
const LINES_SHOWN = 5
const CONNECTIONS = 16
const NAMES: readonly string[] = ['create', 'fetch']

export interface PeerComparison {
  readonly title: string
  readonly connections: number
  readonly recollect: Summary
  readonly prism: Summary
  readonly ratio: number
}

export interface PeerResult {
  readonly version: string
  readonly comparisons: readonly PeerComparison[]
}

/** Recollect beside Prism as a server of the official document; nothing, and said so, when it cannot be installed. */
export async function runPeers(
  run: Run,
  recollect: string,
  cases: readonly RequestCase[],
): Promise<PeerResult | undefined> {
  const obstacle = await install()
  if (obstacle !== undefined) {
    run.say(`SKIPPED: Prism is not measured, ${obstacle}`)
    return undefined
  }
  const server = await startProcess(
    ['--import', 'tsx', join(FOLDER, 'serve.ts')],
    {},
    join(run.bench.folder, 'prism.log'),
  )
  try {
    const comparisons: PeerComparison[] = []
    for (const request of cases) {
      if (!NAMES.includes(request.name) || request.connections !== CONNECTIONS) continue
      const comparison = await compare(run, { recollect, prism: server.url }, request)
      comparisons.push(comparison)
      run.say(`${request.title}: ${comparison.ratio.toFixed(1)} times the requests/s of Prism`)
    }
    return { version: readVersion(), comparisons }
  } finally {
    await server.stop()
  }
}

async function compare(
  run: Run,
  urls: Record<'recollect' | 'prism', string>,
  request: RequestCase,
): Promise<PeerComparison> {
  const measured = await measureInTurns(run, urls, request)
  const recollect = summarize(measured.recollect)
  const prism = summarize(measured.prism)
  const ratio = ratioOf(measured.recollect, measured.prism)
  return { title: request.title, connections: request.connections, recollect, prism, ratio }
}

/** Installs it, only from the npm registry and only what its lock file names; tells what is in the way. */
async function install(): Promise<string | undefined> {
  if (loadOfficialDocument() === undefined) return `the official document is not there: ${HOW_TO_GET_IT}`
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  try {
    await promisify(execFile)('npm', args, { cwd: FOLDER, timeout: INSTALL_TIMEOUT_MS })
    return undefined
  } catch (error) {
    return `it could not be installed: ${error instanceof Error ? firstLines(error.message) : String(error)}`
  }
}

/** The whole output of npm is long, and says at its end where its log is. */
function firstLines(message: string): string {
  return message.trim().split('\n').slice(0, LINES_SHOWN).join('\n')
}

function readVersion(): string {
  const file = join(FOLDER, 'node_modules/@stoplight/prism-cli/package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
