import { useRef, useState } from 'preact/hooks'
import type { ImportProgress } from '../../src/contract/import.js'
import { formatBytes, formatCount, formatDuration } from '../format.js'
import { useInterval, useLoad } from '../load.js'
import { Bar } from '../parts/bar.js'
import { Notice, Show } from '../parts/feedback.js'
import { Page } from '../parts/page.js'
import { Ago } from '../parts/time.js'
import { toast } from '../parts/toast.js'
import { cancelImport, fetchImport } from '../resources.js'
import { ImportErrors } from './import-errors.js'
import { StatusChip } from './imports.js'

const POLL_MS = 500
/** Rates are of the last seconds, so that a pause is seen. */
const RATE_MS = 5000

interface Sample {
  at: number
  rows: number
  bytes: number
}

/** Rows a second, and seconds that are left, from what was seen lately. */
function usePace(one: ImportProgress | undefined): { rate: number; left: number } {
  const samples = useRef<Sample[]>([])
  if (one?.status !== 'PROCESSING') return { rate: 0, left: Number.NaN }
  const now = performance.now()
  const last = samples.current.at(-1)
  if (last === undefined || last.rows !== one.rowsDone || now - last.at > POLL_MS) {
    samples.current = [
      ...samples.current.filter(({ at }) => now - at < RATE_MS),
      { at: now, rows: one.rowsDone, bytes: one.bytesDone },
    ]
  }
  const first = samples.current[0]
  const seconds = first === undefined ? 0 : (now - first.at) / 1000
  if (first === undefined || seconds === 0) return { rate: 0, left: Number.NaN }
  const bytesRate = (one.bytesDone - first.bytes) / seconds
  return { rate: (one.rowsDone - first.rows) / seconds, left: (one.fileSize - one.bytesDone) / bytesRate }
}

function Figure({ value, noun }: { value: string; noun: string }) {
  return (
    <span class="count">
      <b>{value}</b> {noun}
    </span>
  )
}

function Progress({ one, onCancel }: { one: ImportProgress; onCancel: () => void }) {
  const { rate, left } = usePace(one)
  const running = one.status === 'PROCESSING'
  const share = one.status === 'COMPLETED' ? 1 : one.bytesDone / one.fileSize
  return (
    <section class="panel panel-body stack" aria-label="Progress">
      <div class="row apart">
        <StatusChip one={one} />
        {(running || one.status === 'PENDING') && (
          <button type="button" class="danger small" onClick={onCancel}>
            Cancel the import
          </button>
        )}
      </div>
      <Bar label={`${Math.round(share * 100)} % done`} shares={[share]} />
      <div class="columns">
        <Figure value={formatCount(one.rowsDone)} noun="rows done" />
        <Figure value={running ? `${formatCount(Math.round(rate))} / s` : '–'} noun="rate" />
        <Figure value={running ? formatDuration(left) : '–'} noun="left" />
        <Figure value={formatCount(one.summary.errors)} noun="rows failed" />
        <Figure value={formatCount(one.summary.warnings)} noun="values skipped" />
      </div>
      {one.failure !== undefined && (
        <Notice error={new Error(`${one.failure[0]?.toUpperCase()}${one.failure.slice(1)}.`)} />
      )}
    </section>
  )
}

function Mapped({ one }: { one: ImportProgress }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Columns</h2>
      </div>
      <ul class="panel-body">
        {one.columnMappings.map(({ columnName, traitGroup, traitName }) => (
          <li key={columnName}>
            <span class="mono">{columnName}</span> → <span class="mono">{`${traitGroup}.${traitName}`}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** One import, while it runs and after. */
export function ImportPage({ store, id }: { store: string; id: string }) {
  const loaded = useLoad(`import/${store}/${id}`, () => fetchImport(store, id))
  const [error, setError] = useState<unknown>()
  const one = loaded.value
  const open = one?.status === 'PROCESSING' || one?.status === 'PENDING'
  useInterval(open ? POLL_MS : undefined, loaded.reload)
  const cancel = () => {
    setError(undefined)
    cancelImport(store, id).then(() => {
      toast('The import is cancelled. Rows that were stored before stay.')
      loaded.reload()
    }, setError)
  }
  const text =
    one === undefined ? (
      '\u00a0'
    ) : (
      <>
        {formatBytes(one.fileSize)}, begun <Ago at={one.createdAt} />
      </>
    )
  return (
    <Page title={one?.filename ?? 'Import'} text={text}>
      <div class="stack">
        <Notice error={error} />
        <Show of={loaded} rows={3}>
          {(value) => (
            <>
              <Progress one={value} onCancel={cancel} />
              {value.status !== 'PENDING' && <ImportErrors store={store} one={value} />}
              <Mapped one={value} />
            </>
          )}
        </Show>
      </div>
    </Page>
  )
}
