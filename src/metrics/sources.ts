import type { Registry } from 'prom-client'
import { type Distribution, LATENCY_BOUNDS, SIZE_BOUNDS } from './distribution.js'
import { exportCounts, exportDistributions, exportGauge, shareRead } from './exports.js'
import type { NamedQueueState, QueueState } from './queue.js'

/** What is kept elsewhere and read when the metrics are asked for. Each read is bounded. */
export interface MetricsSources {
  /** Which program this is. */
  readonly build: () => { readonly version: string; readonly engine: string }
  readonly jobs: () => Promise<QueueState>
  readonly failedJobs: () => Promise<number>
  readonly texts: () => Promise<QueueState>
  /** Writes and transactions of this process that wait. */
  readonly waiting: () => readonly NamedQueueState[]
  readonly databaseBytes: () => Promise<number>
  /** Bytes of the write-ahead log; nothing where there is none to be seen. */
  readonly logBytes: () => Promise<number | undefined>
  /** Bytes that are free where the data folder is; nothing without one. */
  readonly freeBytes: () => Promise<number | undefined>
  readonly recallCacheBytes: () => number
  /** Transactions that ran again, by SQLSTATE. */
  readonly retries: () => ReadonlyMap<string, number>
  /** Seconds of commits. */
  readonly commits: Distribution | undefined
  /** Transactions that shared a commit. */
  readonly commitSizes: Distribution | undefined
}

const NO_QUEUE: QueueState = { length: 0, oldestMs: 0 }

/** For the names of the metrics alone. */
export const NO_SOURCES: MetricsSources = {
  build: () => ({ version: '', engine: '' }),
  jobs: async () => NO_QUEUE,
  failedJobs: async () => 0,
  texts: async () => NO_QUEUE,
  waiting: () => [],
  databaseBytes: async () => 0,
  logBytes: async () => 0,
  freeBytes: async () => 0,
  recallCacheBytes: () => 0,
  retries: () => new Map(),
  commits: undefined,
  commitSizes: undefined,
}

/** Registers the metrics of the sources. */
export function exportSources(registry: Registry, sources: MetricsSources): void {
  exportWaiting(registry, sources)
  exportQueues(registry, sources)
  exportGauge(
    registry,
    { name: 'recollect_build_info', help: '1, with version and database engine', labelNames: ['version', 'engine'] },
    () => [{ labels: sources.build(), value: 1 }],
  )
  exportDatabase(registry, sources)
  exportGauge(
    registry,
    { name: 'recollect_recall_cache_bytes', help: 'Memory of the recall indexes that are kept' },
    async () => sources.recallCacheBytes(),
  )
}

/** What waits now: read before the other metrics are, whose own reads would be among it. */
function exportWaiting(registry: Registry, { waiting }: MetricsSources): void {
  exportGauge(
    registry,
    {
      name: 'recollect_waiting',
      help: 'What waits in this process, by queue: profile_writes and memory_writes for their batch; foreground and background for the connection that writes (SQLite); reads and transactions for a connection (PostgreSQL)',
      labelNames: ['queue'],
    },
    () => waiting().map(({ queue, length }) => ({ labels: { queue }, value: length })),
  )
  exportGauge(
    registry,
    {
      name: 'recollect_waiting_oldest_seconds',
      help: 'Since when the first of them waits, by queue',
      labelNames: ['queue'],
    },
    () => waiting().map(({ queue, oldestMs }) => ({ labels: { queue }, value: oldestMs / 1000 })),
  )
}

function exportQueues(registry: Registry, sources: MetricsSources): void {
  const jobs = shareRead(sources.jobs)
  const texts = shareRead(sources.texts)
  exportGauge(
    registry,
    { name: 'recollect_jobs_queued', help: 'Background jobs that wait or run, counted up to 1,000' },
    async () => (await jobs()).length,
  )
  exportGauge(
    registry,
    { name: 'recollect_jobs_oldest_seconds', help: 'Since when the oldest of them waits or runs' },
    async () => (await jobs()).oldestMs / 1000,
  )
  exportGauge(
    registry,
    {
      name: 'recollect_jobs_set_aside',
      help: 'Background jobs that failed too often and are not tried again, counted up to 1,000',
    },
    sources.failedJobs,
  )
  exportGauge(
    registry,
    { name: 'recollect_texts_queued', help: 'Memories that wait for their vectors, counted up to 10,000' },
    async () => (await texts()).length,
  )
  exportGauge(
    registry,
    {
      name: 'recollect_texts_oldest_seconds',
      help: 'Since when the oldest text without its vector is written, of the hundred oldest memories that wait',
    },
    async () => (await texts()).oldestMs / 1000,
  )
}

function exportDatabase(registry: Registry, { retries, commits, commitSizes, ...sources }: MetricsSources): void {
  exportGauge(
    registry,
    { name: 'recollect_database_bytes', help: 'Size of the database with its log' },
    sources.databaseBytes,
  )
  exportGauge(
    registry,
    { name: 'recollect_database_wal_bytes', help: 'Size of the write-ahead log (SQLite)' },
    sources.logBytes,
  )
  exportGauge(
    registry,
    { name: 'recollect_data_folder_free_bytes', help: 'Room left where the data folder is (SQLite)' },
    sources.freeBytes,
  )
  exportCounts(
    registry,
    {
      name: 'recollect_transaction_retries_total',
      help: 'Transactions that ran again because another was in their way, by SQLSTATE (PostgreSQL)',
      labelNames: ['code'],
    },
    () => [...retries()].map(([code, value]) => ({ labels: { code }, value })),
  )
  exportDistributions(
    registry,
    {
      name: 'recollect_database_commit_duration_seconds',
      help: 'Time of a COMMIT with its sync; on PostgreSQL with the statements sent along',
    },
    LATENCY_BOUNDS,
    () => (commits === undefined ? [] : [{ labels: {}, distribution: commits }]),
  )
  exportDistributions(
    registry,
    { name: 'recollect_database_commit_transactions', help: 'Transactions that shared a COMMIT' },
    SIZE_BOUNDS,
    () => (commitSizes === undefined ? [] : [{ labels: {}, distribution: commitSizes }]),
  )
}
