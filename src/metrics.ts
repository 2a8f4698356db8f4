import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

/** Everything that is counted, in a registry of its own. */
export interface Metrics {
  readonly registry: Registry
  readonly requests: Histogram<'operation' | 'status'>
  readonly batchSize: Histogram
  readonly resolutions: Counter<'outcome'>
  readonly hubs: Counter<'id_type'>
  readonly jobs: Counter<'kind' | 'outcome'>
  readonly importRows: Counter<'outcome'>
}

export interface MetricsSources {
  queuedJobs(): Promise<number>
  queuedTexts(): Promise<number>
  databaseBytes(): Promise<number>
  /** Transactions that ran again, by SQLSTATE. */
  retries(): ReadonlyMap<string, number>
}

export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  new Gauge({
    name: 'recollect_jobs_queued',
    help: 'Background jobs that wait or run',
    registers,
    collect() {
      return setFrom(this, sources.queuedJobs)
    },
  })
  new Gauge({
    name: 'recollect_texts_queued',
    help: 'Memories that wait for their vectors',
    registers,
    collect() {
      return setFrom(this, sources.queuedTexts)
    },
  })
  new Gauge({
    name: 'recollect_database_bytes',
    help: 'Size of the database with its log',
    registers,
    collect() {
      return setFrom(this, sources.databaseBytes)
    },
  })
  new Gauge({
    name: 'recollect_transaction_retries',
    help: 'Transactions that ran again because another was in their way, since the start, by SQLSTATE',
    labelNames: ['code'],
    registers,
    collect() {
      for (const [code, count] of sources.retries()) this.set({ code }, count)
    },
  })
  return {
    registry,
    requests: new Histogram({
      name: 'recollect_http_request_duration_seconds',
      help: 'Time from the request to its answer, by operation and status',
      labelNames: ['operation', 'status'],
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    batchSize: new Histogram({
      name: 'recollect_write_batch_size',
      help: 'Profile writes that shared one transaction',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
      registers,
    }),
    resolutions: new Counter({
      name: 'recollect_identity_resolutions_total',
      help: 'Profile writes by what identity resolution did: created, updated, merged, refused',
      labelNames: ['outcome'],
      registers,
    }),
    hubs: new Counter({
      name: 'recollect_identifier_hubs_total',
      help: 'Identifier values that joined so many profiles that they join no more',
      labelNames: ['id_type'],
      registers,
    }),
    jobs: new Counter({
      name: 'recollect_jobs_total',
      help: 'Background jobs by kind and outcome: done, retried, failed',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    importRows: new Counter({
      name: 'recollect_import_rows_total',
      help: 'Rows of imports by outcome: stored, failed',
      labelNames: ['outcome'],
      registers,
    }),
  }
}

/** Sets a gauge; while the database does not answer it has no value, and the other metrics still go out. */
async function setFrom(gauge: Gauge, read: () => Promise<number>): Promise<void> {
  try {
    gauge.set(await read())
  } catch {
    gauge.reset()
    gauge.remove()
  }
}
