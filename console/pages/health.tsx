import { useEffect, useState } from 'preact/hooks'
import type { Job } from '../../src/contract/job.js'
import { formatBytes, formatMilliseconds } from '../format.js'
import { useInterval, useLoad } from '../load.js'
import { quantileBetween, rateBetween, type Snapshot, takeSnapshot } from '../metrics.js'
import { Chart } from '../parts/chart.js'
import { Notice, Show } from '../parts/feedback.js'
import { Page } from '../parts/page.js'
import { Scroll } from '../parts/scroll.js'
import { Ago } from '../parts/time.js'
import { toast } from '../parts/toast.js'
import { fetchMetrics, listJobs, retryJob } from '../resources.js'
import { pathTo } from '../router.js'

const POLL_MS = 2000
const SLOTS = 60

/** A figure for each pair of neighbours. */
function between<T>(snapshots: readonly Snapshot[], figure: (before: Snapshot, after: Snapshot) => T): T[] {
  return snapshots.slice(1).map((after, index) => figure(snapshots[index] as Snapshot, after))
}

const formatRate = (rate: number) => `${rate >= 100 ? Math.round(rate) : rate.toFixed(1)} / s`
const formatWhole = (count: number) => String(Math.round(count))

function Charts({ snapshots }: { snapshots: readonly Snapshot[] }) {
  const latency = (share: number) => between(snapshots, (before, after) => quantileBetween(before, after, share))
  const rate = (count: 'requests' | 'failures') =>
    between(snapshots, (before, after) => rateBetween(before, after, count))
  const gauge = (name: 'jobs' | 'texts' | 'databaseBytes' | 'memoryBytes' | 'lagSeconds', factor = 1) =>
    snapshots.map((snapshot) => {
      const value = snapshot[name]
      return value === undefined || Number.isNaN(value) ? undefined : value * factor
    })
  const charts = [
    [
      'Requests',
      formatRate,
      [
        ['answered', rate('requests')],
        ['failed', rate('failures')],
      ],
    ],
    [
      'Latency',
      formatMilliseconds,
      [
        ['median', latency(0.5)],
        ['99 %', latency(0.99)],
      ],
    ],
    [
      'Queue',
      formatWhole,
      [
        ['jobs', gauge('jobs')],
        ['texts to encode', gauge('texts')],
      ],
    ],
    ['Database', formatBytes, [['size', gauge('databaseBytes')]]],
    ['Memory of the process', formatBytes, [['resident', gauge('memoryBytes')]]],
    ['Lag of the event loop', formatMilliseconds, [['99 %', gauge('lagSeconds', 1000)]]],
  ] as const
  return (
    <div class="charts">
      {charts.map(([title, format, series]) => (
        <Chart
          key={title}
          title={title}
          format={format}
          slots={SLOTS}
          series={series.map(([name, values]) => ({ name, values }))}
        />
      ))}
    </div>
  )
}

const JOB_LOOK = { QUEUED: '', RUNNING: 'warn', FAILED: 'bad' } as const
const JOB_WORD = { QUEUED: 'waits', RUNNING: 'runs', FAILED: 'set aside' } as const

function JobRow({ job, onRetry }: { job: Job; onRetry: () => void }) {
  return (
    <tr>
      <td>
        {job.kind}
        <br />
        <a class="small-text" href={pathTo('stores', job.storeId, job.kind === 'import' ? 'imports' : 'people')}>
          its store
        </a>
      </td>
      <td>
        <span class={`chip ${JOB_LOOK[job.status]}`}>{JOB_WORD[job.status]}</span>
      </td>
      <td>{job.attempts}</td>
      <td class="soft">
        <Ago at={job.createdAt} />
      </td>
      <td class="soft">{job.lastError ?? '–'}</td>
      <td class="number">
        {job.status !== 'RUNNING' && (
          <button type="button" class="small" aria-label={`Run ${job.kind} ${job.id} now`} onClick={onRetry}>
            {job.status === 'FAILED' ? 'Retry' : 'Run now'}
          </button>
        )}
      </td>
    </tr>
  )
}

function Jobs() {
  const jobs = useLoad('jobs', listJobs)
  const [error, setError] = useState<unknown>()
  useInterval(POLL_MS, jobs.reload)
  const retry = (job: Job) => {
    setError(undefined)
    retryJob(job.id).then(() => {
      toast('The job runs as soon as a worker is free.')
      jobs.reload()
    }, setError)
  }
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Background jobs of this account</h2>
      </div>
      <Notice error={error} />
      <Show of={jobs} rows={2}>
        {(value) =>
          value.jobs.length === 0 ? (
            <p class="panel-body soft">None waits and none failed. A job that is done leaves nothing behind.</p>
          ) : (
            <Scroll label="Jobs">
              <table>
                <thead>
                  <tr>
                    <th>Kind</th>
                    <th>Status</th>
                    <th>Attempts</th>
                    <th>Since</th>
                    <th>Last error</th>
                    <th>
                      <span class="visually-hidden">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {value.jobs.map((job) => (
                    <JobRow key={job.id} job={job} onRetry={() => retry(job)} />
                  ))}
                </tbody>
              </table>
            </Scroll>
          )
        }
      </Show>
    </section>
  )
}

/** How the server is, as long as the page is open. */
export function HealthPage() {
  const [snapshots, setSnapshots] = useState<readonly Snapshot[]>([])
  const [error, setError] = useState<unknown>()
  const measure = () => {
    fetchMetrics().then((text) => {
      setError(undefined)
      setSnapshots((old) => [...old, takeSnapshot(text, performance.now())].slice(-SLOTS))
    }, setError)
  }
  // Once at first; the interval goes on.
  useEffect(measure, [])
  useInterval(POLL_MS, measure)
  return (
    <Page title="Health" text="Of the server that answers here, every two seconds, as long as this page is open.">
      <Notice error={error} />
      <Charts snapshots={snapshots} />
      <Jobs />
    </Page>
  )
}
