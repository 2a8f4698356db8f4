import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareWithBaseline, writeBaseline } from './baseline.js'
import { runBulkCase } from './cases/bulk.js'
import { createRequestCases, takeSamples } from './cases/catalog.js'
import { runImportCase } from './cases/import.js'
import { runPeers } from './cases/peers.js'
import { type RequestResult, runRequestCase, warmUp } from './cases/requests.js'
import { prepareRun, type Run, withCandidates } from './cases/run.js'
import { runStartCase } from './cases/start.js'
import { createClient } from './client.js'
import { measureCommitLimit } from './commit-limit.js'
import { readConditions } from './conditions.js'
import { type Options, readOptions, USAGE } from './options.js'
import { type BenchDatabase, openBenchDatabase } from './postgres.js'
import { killAll } from './process.js'
import { type Results, toMarkdown } from './report.js'
import { createBench } from './servers.js'
import { compileSlowSync } from './slow-sync.js'

/** Measures Recollect beside a bare node:http and a bare Fastify server, all in one run. */
async function runBench(
  { only, size, server, engine, slowSyncMs, curve, peers }: Options,
  databaseUrl: string | undefined,
  folder: string,
  settings: Readonly<Record<string, string>>,
  say: Run['say'],
): Promise<Results> {
  const conditions = readConditions(folder, engine, slowSyncMs)
  // The bare driver's syncs are not slowed: there is nothing to compare then.
  const commitLimit =
    only.has('create') && slowSyncMs === 0 ? await measureCommitLimit(size, folder, databaseUrl) : undefined
  const bench = createBench(folder, { databaseUrl, settings, ...(server !== undefined && { main: server }) })
  const run = await prepareRun(bench, size, say)
  const start = only.has('start') ? await runStartCase(run) : undefined
  const requests: RequestResult[] = []
  let bulk: Results['bulk']
  let imported: Results['import']
  let peer: Results['peer']
  await withCandidates(
    run,
    (client) => takeSamples(run, client),
    async (urls) => {
      const cases = await createRequestCases(run, createClient(run.bench, urls.recollect), curve)
      const chosen = cases.filter(({ name }) => only.has(name))
      await warmUp(run, urls.recollect, chosen)
      for (const request of chosen) requests.push(await runRequestCase(run, urls, request))
      if (peers) peer = await runPeers(run, urls.recollect, cases)
      if (only.has('bulk')) bulk = await runBulkCase(run, urls.recollect)
      if (only.has('import')) imported = await runImportCase(run, urls.recollect)
    },
  )
  return { conditions, size, commitLimit, requests, peer, start, bulk, import: imported }
}

/** Prints the results and, after a short run, what moved since the baseline. */
function show({ json, smoke, writeBaseline: keep, engine, slowSyncMs }: Options, results: Results): void {
  console.log(json ? JSON.stringify(results, undefined, 2) : toMarkdown(results))
  if (keep) writeBaseline(engine, results.requests)
  else if (smoke && slowSyncMs === 0)
    for (const line of compareWithBaseline(engine, results.requests)) console.error(line)
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) return console.log(USAGE)
  const folder = mkdtempSync(join(tmpdir(), 'recollect-bench-'))
  let database: BenchDatabase | undefined
  const giveUp = (reason: string) => {
    console.error(`bench: ${reason}`)
    killAll()
    rmSync(folder, { recursive: true, force: true })
    const exit = () => process.exit(1)
    // A private cluster would go on without us.
    if (database === undefined) exit()
    else database.close().then(exit, exit)
  }
  const timer = setTimeout(
    () => giveUp(`not done after ${options.size.limitSeconds} s`),
    options.size.limitSeconds * 1000,
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => giveUp(`ended by ${signal}`))
  try {
    const slowed = options.slowSyncMs > 0 ? compileSlowSync(folder, options.slowSyncMs) : {}
    database = await openBenchDatabase(options.engine, slowed)
    const results = await runBench(options, database?.url, folder, slowed, (text) => console.error(text))
    show(options, results)
  } finally {
    clearTimeout(timer)
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
