import { drawPanels, type Panel } from './plot.js'
import { describeConditions, type Results, toSections } from './report.js'

/** The runs that docs/performance.md shows, by the name of the engine. */
export type Runs = Readonly<Record<string, Results>>

const INTRODUCTION = `# Performance

What one server on one machine does, and what bounds it. This page is written by \`npm run bench:report\`; the figures change with the
machine and with what else it does, so look at the ratios and at the order of magnitude. What growth of the data costs is
in [scaling](scaling.md#what-growth-costs); how fast recall answers is in [recall](recall.md#running-the-benchmarks).

![Requests per second and p99 over connections](images/throughput.svg)

## How to read it

- **req/s**: requests answered with success in a second, the median of the rounds, and the lowest and highest round as *min–max*. Where
  those lie far apart, something else used the machine. A single refused or failed request ends the whole run.
- **connections**: requests that are under way at a time. Each connection sends its next request when the one before was answered, so
  more of them do not mean more clients but more waiting at once.
- **p50, p99**: milliseconds until the answer, for half and for 99 % of the requests, with the waiting for the others' turn in it.
- **CPU**: microseconds of processor time that Recollect used for a request, in all its threads; two cores have 2,000,000 a second. The rest of the
  time it waited: for the disk, or for the load generator. For an observation the encoding of its text is in it, which runs after
  the answer; the next measurement begins when it is done.
  What PostgreSQL uses is not in it.
- **RSS**: memory of Recollect after the case, in MiB.

## What is compared with what

- ***node:http*** reads the request whole and sends an answer of the same size: no credentials, no JSON, no checks, no storage. It is what the
  load generator and Node alone allow on this machine.
- ***Fastify*** also checks the credentials' hash, parses the body and validates it against the same schemas, and answers with what
  Recollect answered. It stores nothing and reads nothing: about what this framework allows a server of this API.
- **ratio** is Recollect's requests per second divided by theirs, round by round, measured in turns; the median of the rounds. Storing
  and reading cost something, so it stays below 1.
- ***Prism*** (\`@stoplight/prism-cli\`) serves the official OpenAPI document of the API: it checks each request against it and
  answers with the document's examples. It is what one can install from npm to stand in for the API in tests; it keeps nothing either.
- **mixed** is 30 % fetches, 30 % lookups, 20 % lists, 10 % creates and 10 % patches, by the same connections.

Everything runs on one machine: load generator, server, and for PostgreSQL the database too. They share its cores, so the absolute rates are
lower than those of a server that is alone. Recollect runs as it ships, with checks of credentials, metrics, logs and the built-in encoder.

## What bounds it

- **Reads** are bound by the processor: they are answered by the main thread of the process, and read no disk once the pages are in memory. Beyond a
  few connections more of them only wait longer. With PostgreSQL each read is a round trip more.
- **Writes** are answered when they are on disk. *The limit of this disk* shows what a bare driver commits in the same run: of one small row at
  a time, and in the way its engine does better. A create is more than that: it looks its identifiers up, decides who it is, and writes the
  profile, its identifiers and an event. Recollect gathers the writes that wait into one transaction, so its rate grows with the
  connections; with one connection each write pays for its own commit. More than 100 % of single transactions is possible for that reason.
- **Observations** are bound by the processor too: their text is encoded for recall by a thread that gives way to requests
  ([recall](recall.md)).

## Measure it yourself

\`\`\`
npm run bench                                    # the tables, SQLite; -- --help for its options
npm run bench -- --engine postgres               # a private cluster, or the one of TEST_DATABASE_URL
npm run bench -- --peers                         # with Prism, which is installed from npm into bench/contract-peer
npm run bench -- --only mixed --slow-sync 5      # as on a disk whose syncs take 5 ms longer
npm run bench:stalls                             # fetches while the server imports, encodes anew, ...; -- --engine postgres
npm run bench -- --smoke                         # under a minute; says which ratios moved since bench/baseline.json
npm run bench:report -- --rounds 5 --seconds 3   # both engines; writes this page and its picture
\`\`\`
`

/** docs/performance.md, with nothing by hand in it. */
export function writePage(runs: Runs, missing: readonly string[], command: string): string {
  const parts = [INTRODUCTION.trimEnd(), `## Figures\n\nBy \`${command}\`. Times in ms, memory in MiB, CPU in µs.`]
  for (const [engine, results] of Object.entries(runs)) {
    parts.push(`### ${engine}`, describeConditions(results))
    for (const { title, text } of toSections(results)) parts.push(`#### ${title}, ${engine}`, text)
  }
  if (missing.length > 0) parts.push('### Not measured', ...missing)
  return `${parts.join('\n\n')}\n`
}

/** docs/images/throughput.svg: creates and fetches, rate above and p99 below. */
export function drawThroughput(runs: Runs): string {
  const panels: Panel[] = [
    panelOf(runs, 'create', 'Create profile: throughput', 'requests/s', 'rate'),
    panelOf(runs, 'fetch', 'Fetch profile: throughput', 'requests/s', 'rate'),
    panelOf(runs, 'create', 'Create profile: p99', 'milliseconds', 'p99'),
    panelOf(runs, 'fetch', 'Fetch profile: p99', 'milliseconds', 'p99'),
  ]
  return drawPanels(panels, Object.keys(runs), 'Requests per second and p99 over 1, 4, 16 and 64 connections')
}

function panelOf(runs: Runs, name: string, title: string, yLabel: string, value: 'rate' | 'p99'): Panel {
  const lines = Object.entries(runs).map(([series, { requests }]) => ({
    series,
    points: requests
      .filter((request) => request.name === name)
      .map(({ connections, candidates: { recollect } }) => ({
        x: connections,
        y: value === 'rate' ? recollect.requestsPerSecond.median : recollect.p99,
      })),
  }))
  return { title, xLabel: 'connections', yLabel, lines }
}
