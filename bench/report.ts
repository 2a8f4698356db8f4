import type { BulkResult } from './cases/bulk.js'
import type { ImportResult } from './cases/import.js'
import type { RequestResult } from './cases/requests.js'
import type { StartResult } from './cases/start.js'
import type { Conditions } from './conditions.js'

export interface Results {
  readonly conditions: Conditions
  readonly requests: readonly RequestResult[]
  readonly start: StartResult | undefined
  readonly bulk: BulkResult | undefined
  readonly import: ImportResult | undefined
}

/** The results as Markdown. */
export function toMarkdown({ conditions, requests, start, bulk, import: imported }: Results): string {
  const { version, node, cores, processor, engine, loadBefore, syncMs, date } = conditions
  const sections = [
    `Recollect ${version}, ${date}. ${cores} cores (${processor}), Node ${node}, ${engine}; a synced write of 4 KiB takes ` +
      `${syncMs.toFixed(2)} ms here, load average before the run ${loadBefore.toFixed(1)}. The load generator runs on the same cores. Medians over the rounds; times in ms, ` +
      'memory (RSS of Recollect after the case) in MiB.',
  ]
  if (requests.length > 0) sections.push(requestTable(requests))
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
    rows.push([`memory while it ran, at most`, `${imported.peakRss.toFixed(0)} MiB`])
  }
  if (rows.length > 0) sections.push(table(['measured', 'value'], rows))
  return sections.join('\n\n')
}

function requestTable(requests: readonly RequestResult[]): string {
  const header = [
    'operation',
    'connections',
    'req/s',
    'p50',
    'p99',
    'node:http req/s',
    'ratio',
    'Fastify req/s',
    'ratio',
    'RSS',
  ]
  const rows = requests.map(({ title, connections, candidates, ratioToHttp, ratioToFastify, rss }) => [
    title,
    String(connections),
    candidates.recollect.requestsPerSecond.toFixed(0),
    candidates.recollect.p50.toFixed(2),
    candidates.recollect.p99.toFixed(2),
    candidates.http.requestsPerSecond.toFixed(0),
    ratioToHttp.toFixed(2),
    candidates.fastify.requestsPerSecond.toFixed(0),
    ratioToFastify.toFixed(2),
    rss.toFixed(0),
  ])
  return table(header, rows)
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = header.map((_, index) => (index === 0 ? '---' : '---:'))
  return [header, rule, ...rows].map(line).join('\n')
}
