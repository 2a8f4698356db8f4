const RATE = '$__rate_interval'

/** One chart. */
export interface Panel {
  readonly title: string
  readonly unit: string
  /** Query and legend of each line. */
  readonly queries: readonly (readonly [query: string, legend: string])[]
}

const NODE = 'instance=~"$instance"'
const rate = (metric: string, by: string, more = '') => `sum by (${by}) (rate(${metric}{${NODE}${more}}[${RATE}]))`
const quantile = (share: number, metric: string, by = '', more = '') =>
  `histogram_quantile(${share}, sum by (${by === '' ? 'le' : `${by}, le`}) (rate(${metric}_bucket{${NODE}${more}}[${RATE}])))`
const quantiles = (metric: string): Panel['queries'] =>
  [0.5, 0.9, 0.99].map((share) => [quantile(share, metric), `p${share * 100}`])
const largest = (metric: string, by: string) => `max by (${by}) (${metric}{${NODE}})`

const REQUESTS = 'recollect_http_request_duration_seconds'
const CACHE = 'recollect_cache_requests_total'

/** What the dashboard shows, row by row. */
export const ROWS: readonly (readonly [row: string, panels: readonly Panel[]])[] = [
  [
    'Requests',
    [
      {
        title: 'Requests by operation',
        unit: 'reqps',
        queries: [[rate(`${REQUESTS}_count`, 'operation'), '{{operation}}']],
      },
      { title: 'Answers by status', unit: 'reqps', queries: [[rate(`${REQUESTS}_count`, 'status'), '{{status}}']] },
      { title: 'Latency of all requests', unit: 's', queries: quantiles(REQUESTS) },
      { title: 'p99 by operation', unit: 's', queries: [[quantile(0.99, REQUESTS, 'operation'), '{{operation}}']] },
    ],
  ],
  [
    'Writing',
    [
      { title: 'Commit with its sync', unit: 's', queries: quantiles('recollect_database_commit_duration_seconds') },
      {
        title: 'Transactions a commit, writes a batch (mean)',
        unit: 'short',
        queries: [
          [
            `${rate('recollect_database_commit_transactions_sum', 'instance')} / ${rate('recollect_database_commit_transactions_count', 'instance')}`,
            'transactions a commit {{instance}}',
          ],
          [
            `${rate('recollect_write_batch_size_sum', 'instance')} / ${rate('recollect_write_batch_size_count', 'instance')}`,
            'writes a batch {{instance}}',
          ],
        ],
      },
      {
        title: 'Waiting in the process',
        unit: 'short',
        queries: [[largest('recollect_waiting', 'queue'), '{{queue}}']],
      },
      {
        title: 'Longest wait',
        unit: 's',
        queries: [[largest('recollect_waiting_oldest_seconds', 'queue'), '{{queue}}']],
      },
      {
        title: 'Transactions run again',
        unit: 'ops',
        queries: [[rate('recollect_transaction_retries_total', 'code'), '{{code}}']],
      },
    ],
  ],
  [
    'Identity',
    [
      {
        title: 'Writes by outcome',
        unit: 'ops',
        queries: [
          [rate('recollect_identity_resolutions_total', 'outcome'), '{{outcome}}'],
          [rate('recollect_identity_hub_refusals_total', 'job'), 'not merged: hub'],
        ],
      },
      {
        title: 'New hubs',
        unit: 'ops',
        queries: [[rate('recollect_identifier_hubs_total', 'id_type'), '{{id_type}}']],
      },
      {
        title: 'Rows of imports',
        unit: 'ops',
        queries: [[rate('recollect_import_rows_total', 'outcome'), '{{outcome}}']],
      },
    ],
  ],
  [
    'Recall',
    [
      {
        title: 'Stages (p99)',
        unit: 's',
        queries: [[quantile(0.99, 'recollect_recall_stage_duration_seconds', 'stage'), '{{stage}}']],
      },
      {
        title: 'Encoder (p99)',
        unit: 's',
        queries: [
          [quantile(0.99, 'recollect_encoder_call_duration_seconds', 'purpose', ',outcome="done"'), '{{purpose}}'],
        ],
      },
      {
        title: 'Encoder calls that gave nothing',
        unit: 'ops',
        queries: [
          [rate('recollect_encoder_call_duration_seconds_count', 'outcome', ',outcome!="done"'), '{{outcome}}'],
        ],
      },
      {
        title: 'Cache hits',
        unit: 'percentunit',
        queries: [[`${rate(CACHE, 'cache', ',outcome="hit"')} / ${rate(CACHE, 'cache')}`, '{{cache}}']],
      },
      {
        title: 'Indexes in memory',
        unit: 'bytes',
        queries: [[largest('recollect_recall_cache_bytes', 'instance'), '{{instance}}']],
      },
    ],
  ],
  [
    'Background',
    [
      {
        title: 'Queues',
        unit: 'short',
        queries: [
          ['max(recollect_jobs_queued)', 'jobs'],
          ['max(recollect_jobs_set_aside)', 'jobs set aside'],
          ['max(recollect_texts_queued)', 'texts'],
        ],
      },
      {
        title: 'Age of the oldest',
        unit: 's',
        queries: [
          ['max(recollect_jobs_oldest_seconds)', 'job'],
          ['max(recollect_texts_oldest_seconds)', 'text'],
        ],
      },
      {
        title: 'Jobs by kind and outcome',
        unit: 'ops',
        queries: [[rate('recollect_jobs_total', 'kind, outcome'), '{{kind}} {{outcome}}']],
      },
    ],
  ],
  [
    'Process and storage',
    [
      {
        title: 'Database and log',
        unit: 'bytes',
        queries: [
          ['max(recollect_database_bytes)', 'database with its log'],
          [largest('recollect_database_wal_bytes', 'instance'), 'log {{instance}}'],
          [`min by (instance) (recollect_data_folder_free_bytes{${NODE}})`, 'free {{instance}}'],
        ],
      },
      { title: 'Event loop lag', unit: 's', queries: quantiles('recollect_event_loop_lag_seconds') },
      {
        title: 'Processor',
        unit: 'percentunit',
        queries: [[rate('process_cpu_seconds_total', 'instance'), '{{instance}}']],
      },
      {
        title: 'Memory',
        unit: 'bytes',
        queries: [
          [largest('process_resident_memory_bytes', 'instance'), 'resident {{instance}}'],
          [largest('nodejs_heap_size_used_bytes', 'instance'), 'heap {{instance}}'],
        ],
      },
      {
        title: 'Versions',
        unit: 'short',
        queries: [[`count by (version, engine) (recollect_build_info{${NODE}})`, '{{version}} {{engine}}']],
      },
    ],
  ],
]
