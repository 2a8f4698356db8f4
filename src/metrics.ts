import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import { type CacheName, type CacheUse, createCacheUse } from './metrics/cache-use.js'
import { Distribution, LATENCY_BOUNDS, LabelledDistributions, SIZE_BOUNDS } from './metrics/distribution.js'
import { exportCounts, exportDistributions } from './metrics/exports.js'
import { exportSources, type MetricsSources, NO_SOURCES } from './metrics/sources.js'

export type { MetricsSources } from './metrics/sources.js'

export const RECALL_STAGES = ['query', 'index', 'search', 'read'] as const
export type RecallStage = (typeof RECALL_STAGES)[number]

/** Everything that is counted, in a registry of its own. What a request touches costs it some nanoseconds. */
export interface Metrics {
  readonly registry: Registry
  /** Seconds of requests, by operation and status. */
  readonly requests: LabelledDistributions
  /** Seconds of each stage of recall. */
  readonly recallStages: Readonly<Record<RecallStage, Distribution>>
  /** Seconds of calls of the encoder, by purpose and outcome. */
  readonly encoderCalls: LabelledDistributions
  /** Seconds by which the event loop came late. */
  readonly eventLoopLag: Distribution
  readonly batchSize: Distribution
  readonly caches: Readonly<Record<CacheName, CacheUse>>
  readonly resolutions: Counter<'outcome'>
  readonly hubs: Counter<'id_type'>
  readonly hubRefusals: Counter
  readonly jobs: Counter<'kind' | 'outcome'>
  readonly importRows: Counter<'outcome'>
}

export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  exportSources(registry, sources)
  return { registry, ...createDistributions(registry), caches: createCaches(registry), ...createCounters(registry) }
}

/** Names, kinds and help texts of all metrics of ours, for the docs. */
export async function describeMetrics(): Promise<{ name: string; kind: string; help: string }[]> {
  const metrics = await createMetrics(NO_SOURCES).registry.getMetricsAsJSON()
  return metrics
    .filter(({ name }) => name.startsWith('recollect_'))
    .map(({ name, type, help }) => ({ name, kind: String(type), help }))
}

function createDistributions(registry: Registry) {
  const requests = new LabelledDistributions(LATENCY_BOUNDS)
  const encoderCalls = new LabelledDistributions(LATENCY_BOUNDS)
  const latency = () => new Distribution(LATENCY_BOUNDS)
  const recallStages = { query: latency(), index: latency(), search: latency(), read: latency() }
  const eventLoopLag = latency()
  const batchSize = new Distribution(SIZE_BOUNDS)
  exportDistributions(
    registry,
    {
      name: 'recollect_http_request_duration_seconds',
      help: 'Time from the request to its answer, by operation and status',
      labelNames: ['operation', 'status'],
    },
    LATENCY_BOUNDS,
    () => toSamples(requests, 'operation', 'status'),
  )
  exportDistributions(
    registry,
    {
      name: 'recollect_recall_stage_duration_seconds',
      help: 'Time of the stages of recall: index (bring it up to date), query (make its terms and vector), search (rank), read (what was found)',
      labelNames: ['stage'],
    },
    LATENCY_BOUNDS,
    () => RECALL_STAGES.map((stage) => ({ labels: { stage }, distribution: recallStages[stage] })),
  )
  exportDistributions(
    registry,
    {
      name: 'recollect_encoder_call_duration_seconds',
      help: 'Time of calls of the encoder, by purpose (query, document) and outcome (done, or why not)',
      labelNames: ['purpose', 'outcome'],
    },
    LATENCY_BOUNDS,
    () => toSamples(encoderCalls, 'purpose', 'outcome'),
  )
  exportDistributions(
    registry,
    { name: 'recollect_event_loop_lag_seconds', help: 'How late the event loop came to a timer, fifty times a second' },
    LATENCY_BOUNDS,
    () => [{ labels: {}, distribution: eventLoopLag }],
  )
  exportDistributions(
    registry,
    { name: 'recollect_write_batch_size', help: 'Profile writes that shared one transaction' },
    SIZE_BOUNDS,
    () => [{ labels: {}, distribution: batchSize }],
  )
  return { requests, recallStages, encoderCalls, eventLoopLag, batchSize }
}

function* toSamples<A extends string, B extends string>(all: LabelledDistributions, first: A, second: B) {
  for (const { labels, distribution } of all.entries()) {
    yield { labels: { [first]: labels[0], [second]: labels[1] } as Record<A | B, string>, distribution }
  }
}

function createCaches(registry: Registry): Record<CacheName, CacheUse> {
  const caches = createCacheUse()
  exportCounts(
    registry,
    {
      name: 'recollect_cache_requests_total',
      help: 'What was looked for in a cache of this process, by cache and outcome: hit, miss',
      labelNames: ['cache', 'outcome'],
    },
    () =>
      Object.entries(caches).flatMap(([cache, { hits, misses }]) => [
        { labels: { cache, outcome: 'hit' }, value: hits },
        { labels: { cache, outcome: 'miss' }, value: misses },
      ]),
  )
  return caches
}

function createCounters(registry: Registry) {
  const registers = [registry]
  return {
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
    hubRefusals: new Counter({
      name: 'recollect_identity_hub_refusals_total',
      help: 'Profile writes that a value would have joined to another profile, were it not a hub',
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
