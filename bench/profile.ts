import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createRequestCases } from './cases/catalog.js'
import { prepareRun } from './cases/run.js'
import { createClient, readCpuSeconds } from './client.js'
import { measure } from './load.js'
import { FULL, readOptions } from './options.js'
import { openBenchDatabase } from './postgres.js'
import { killAll, startProcess } from './process.js'
import { createBench } from './servers.js'

/**
 * Where the main thread's time goes in one operation: `npm run bench:profile -- --only fetch [--engine postgres]`. Prints
 * the functions by the time spent in themselves, and keeps the CPU profile (for Chrome's DevTools or speedscope) in the
 * folder `profiles/`.
 */

const SHOWN = 40
const SECONDS = 5

interface Node {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
}

interface CpuProfile {
  readonly nodes: readonly Node[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Microseconds by function, without what was idle. */
function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): [string, number][] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const where = url === '' ? '' : ` ${basename(url)}:${lineNumber + 1}`
      return [id, `${functionName || '(anonymous)'}${where}`]
    }),
  )
  const times = new Map<string, number>()
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '?'
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  })
  times.delete('(idle)')
  return [...times].sort(([, a], [, b]) => b - a)
}

function print(file: string, requests: number): void {
  const times = selfTimes(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile)
  const total = times.reduce((sum, [, time]) => sum + time, 0)
  console.log(`${file}: ${(total / requests).toFixed(1)} µs a request on this thread, ${requests} requests`)
  for (const [name, time] of times.slice(0, SHOWN)) {
    console.log(
      `${(time / requests).toFixed(2).padStart(8)} µs  ${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`,
    )
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const name = options && [...options.only][0]
  if (options === undefined || options.only.size !== 1)
    return console.log('usage: npm run bench:profile -- --only NAME')
  const folder = mkdtempSync(join(tmpdir(), 'recollect-profile-'))
  const database = await openBenchDatabase(options.engine)
  try {
    const bench = createBench(folder, {
      databaseUrl: database?.url,
      ...(options.server !== undefined && { main: options.server }),
    })
    const run = await prepareRun(bench, { ...FULL, ...options.size }, (text) => console.error(text))
    const env = {
      PORT: '0',
      RECOLLECT_DATA_DIR: join(folder, 'data'),
      RECOLLECT_ACCOUNTS: `${bench.sid}:${bench.token}`,
      ...(database !== undefined && { DATABASE_URL: database.url }),
    }
    const args = ['--cpu-prof', `--cpu-prof-dir=${folder}/prof`, '--enable-source-maps', bench.main, 'serve']
    const server = await startProcess(args, env, join(folder, 'log'))
    const cases = await createRequestCases(run, createClient(bench, server.url), true)
    const request = cases.findLast((one) => one.name === name)
    if (request === undefined) throw new Error(`${name} is no single request`)
    const load = { ...request, authorization: bench.authorization }
    const warm = await measure(server.url, { ...load, seconds: 2 })
    const before = await readCpuSeconds(server.url)
    const result = await measure(server.url, { ...load, seconds: SECONDS })
    const cpu = (await readCpuSeconds(server.url)) - before
    await server.stop()
    console.log(
      `${name}: ${Math.round(result.requestsPerSecond)} req/s, ${((cpu / result.requests) * 1e6).toFixed(0)} µs of CPU a request`,
    )
    mkdirSync('profiles', { recursive: true })
    for (const file of readdirSync(join(folder, 'prof')).sort()) {
      const kept = join('profiles', `${name}-${options.engine}-${file}`)
      renameSync(join(folder, 'prof', file), kept)
      print(kept, warm.requests + result.requests)
    }
  } finally {
    killAll()
    await database?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
