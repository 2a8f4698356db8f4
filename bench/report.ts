import type { BulkResult } from './cases/bulk.js'
import type { ImportResult } from './cases/import.js'
import type { PeerResult } from './cases/peers.js'
import type { RequestResult } from './cases/requests.js'
import type { StartResult } from './cases/start.js'
import { type CommitLimit, MANY } from './commit-limit.js'
import type { Conditions } from './conditions.js'
import type { Size } from './options.js'
import { CANDIDATES, type Candidate } from './servers.js'
import type { Spread } from './statistics.js'

export interface Results {
  readonly conditions: Conditions
  readonly size: Size
  readonly commitLimit: CommitLimit | undefined
  readonly requests: readonly RequestResult[]
  readonly peer: PeerResult | undefined
  readonly start: StartResult | undefined
  readonly bulk: BulkResult | undefined
  readonly import: ImportResult | undefined
}

const NAMES: Readonly<Record<Candidate, string>> = { recollect: 'Recollect', http: 'node:http', fastify: 'Fastify' }

/** The results as Markdown. */
export function toMarkdown(results: Results): string {
  return [
    describeConditions(results),
    'Times in ms, memory (RSS of Recollect after the case) in MiB, CPU of Recollect in µs for each request.',
    ...toSections(results).flatMap(({ title, text }) => [`### ${title}`, text]),
  ].join('\n\n')
}

export function describeConditions({ conditions, size }: Results): string {
  const { version, node, cores, processor, engine, loadBefore, syncMs, date } = conditions
  return (
    `Recollect ${version}, ${date}. ${cores} cores (${processor}), Node ${node}, ${engine}; a synced write of 4 KiB ` +
    `takes ${syncMs.toFixed(2)} ms here, load average before the run ${loadBefore.toFixed(1)}. The load generator runs ` +
    `on the same cores. ${size.profiles.toLocaleString('en')} profiles; ` +
    `${size.rounds === 1 ? 'one round' : `medians of ${size.rounds} rounds`} of ${size.seconds} s for each server, in turns.`
  )
}

export interface Section {
  readonly title: string
  readonly text: string
}

/** The tables that a run has figures for. */
export function toSections(results: Results): Section[] {
  const { requests, commitLimit, peer } = results
  const mixed = requests.filter(({ candidates }) => candidates.recollect.byKind !== undefined)
  const jobs = jobRows(results)
  const sections: (Section | undefined)[] = [
    requests.length === 0 ? undefined : { title: 'Requests', text: requestTable(requests) },
    mixed.length === 0 ? undefined : { title: 'Reads and writes apart in the mixed load', text: mixedTable(mixed) },
    commitLimit && { title: 'The limit of this disk', text: commitTable(commitLimit, requests) },
    peer && { title: 'Beside a server of the official document', text: peerTable(peer) },
    jobs.length === 0 ? undefined : { title: 'Start, bulk and import', text: table(['measured', 'value'], jobs) },
  ]
  return sections.filter((section) => section !== undefined)
}

function requestTable(requests: readonly RequestResult[]): string {
  const header = ['operation', 'connections', 'req/s', 'min–max', 'p50', 'p99', 'CPU', 'RSS']
  header.push('node:http req/s', 'ratio', 'Fastify req/s', 'ratio')
  const rows = requests.map(({ title, connections, candidates, ratioToHttp, ratioToFastify, cpuMicroseconds, rss }) => [
    title,
    String(connections),
    candidates.recollect.requestsPerSecond.median.toFixed(0),
    range(candidates.recollect.requestsPerSecond),
    candidates.recollect.p50.toFixed(2),
    candidates.recollect.p99.toFixed(2),
    cpuMicroseconds.toFixed(0),
    rss.toFixed(0),
    candidates.http.requestsPerSecond.median.toFixed(0),
    ratioToHttp.toFixed(2),
    candidates.fastify.requestsPerSecond.median.toFixed(0),
    ratioToFastify.toFixed(2),
  ])
  return table(header, rows)
}

function mixedTable(requests: readonly RequestResult[]): string {
  const rows = requests.flatMap(({ candidates }) =>
    CANDIDATES.map((candidate) => {
      const { requestsPerSecond, byKind } = candidates[candidate]
      const times = [byKind?.read.p50, byKind?.read.p99, byKind?.write.p50, byKind?.write.p99]
      return [NAMES[candidate], requestsPerSecond.median.toFixed(0), ...times.map((ms = Number.NaN) => ms.toFixed(2))]
    }),
  )
  return table(['server', 'req/s', 'reads p50', 'reads p99', 'writes p50', 'writes p99'], rows)
}

/** What the bare driver commits, and our rate of creates as a share of it. */
function commitTable({ engine, alone, many }: CommitLimit, requests: readonly RequestResult[]): string {
  const lines =
    engine === 'sqlite'
      ? ([
          ['better-sqlite3, transactions of one row', alone, 1],
          [`better-sqlite3, transactions of ${MANY} rows`, many, MANY],
        ] as const)
      : ([
          ['pg, transactions of one row on one connection', alone, 1],
          [`pg, transactions of one row on ${MANY} connections`, many, 1],
        ] as const)
  const creates = requests.filter(({ name }) => name === 'create')
  const header = ['bare driver', 'transactions/s', 'min–max', 'rows/s']
  header.push(...creates.map(({ connections }) => `creates/s at ${connections} in % of rows/s`))
  const rows = lines.map(([name, transactions, rowsEach]) => [
    name,
    transactions.median.toFixed(0),
    range(transactions),
    (transactions.median * rowsEach).toFixed(0),
    ...creates.map(({ candidates }) => {
      const rate = candidates.recollect.requestsPerSecond.median
      return percent(rate / (transactions.median * rowsEach))
    }),
  ])
  return table(header, rows)
}

function peerTable({ version, comparisons }: PeerResult): string {
  const header = ['operation', 'connections', 'Recollect req/s', 'p50', 'p99', `Prism ${version} req/s`, 'p50', 'p99']
  const rows = comparisons.map(({ title, connections, recollect, prism, ratio }) => [
    title,
    String(connections),
    ...[recollect, prism].flatMap(({ requestsPerSecond, p50, p99 }) => [
      requestsPerSecond.median.toFixed(0),
      p50.toFixed(2),
      p99.toFixed(2),
    ]),
    ratio.toFixed(2),
  ])
  return table([...header, 'ratio'], rows)
}

function jobRows({ start, bulk, import: imported }: Results): string[][] {
  const rows: string[][] = []
  if (start !== undefined) {
    rows.push([`start to first answer, ${start.profiles} profiles`, `${start.firstAnswerMs.toFixed(0)} ms`])
    rows.push([`memory after the start, ${start.profiles} profiles`, `${start.rssAtStart.toFixed(0)} MiB`])
    rows.push([`memory after each was fetched once`, `${start.rssAfterReads.toFixed(0)} MiB`])
  }
  if (bulk !== undefined) {
    rows.push([`bulk of ${bulk.profiles}, accepted`, `${bulk.acceptedMs.toFixed(0)} ms`])
    rows.push([`bulk of ${bulk.profiles}, all visible`, `${bulk.visibleMs.toFixed(0)} ms`])
    rows.push([`bulk, profiles per second`, bulk.profilesPerSecond.toFixed(0)])
  }
  if (imported !== undefined) {
    rows.push([`CSV import of ${imported.rows} rows`, `${imported.seconds.toFixed(1)} s`])
    rows.push([`CSV import, rows per second`, imported.rowsPerSecond.toFixed(0)])
    rows.push([`CPU for 100,000 rows`, `${((imported.cpuSeconds / imported.rows) * 100_000).toFixed(1)} s`])
    rows.push([
      `memory before it, and at most while it ran`,
      `${imported.rssBefore.toFixed(0)}, ${imported.peakRss.toFixed(0)} MiB`,
    ])
  }
  return rows
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}

function range({ min, max }: Spread): string {
  return `${min.toFixed(0)}–${max.toFixed(0)}`
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = header.map((_, index) => (index === 0 ? '---' : '---:'))
  return [header, rule, ...rows].map(line).join('\n')
}
