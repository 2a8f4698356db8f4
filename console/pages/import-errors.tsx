import type { ImportProgress } from '../../src/contract/import.js'
import { readRecords } from '../csv.js'
import { formatCount } from '../format.js'
import { useLoad } from '../load.js'
import { Show } from '../parts/feedback.js'
import { Scroll } from '../parts/scroll.js'
import { fetchImportErrors } from '../resources.js'

const SHOWN = 200

function download(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

function ErrorTable({ rows, total }: { rows: readonly string[][]; total: number }) {
  return (
    <Scroll label="Errors">
      <table>
        <thead>
          <tr>
            <th>Row</th>
            <th>Kind</th>
            <th>Column</th>
            <th>Reason</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([row, kind, column, reason]) => (
            <tr key={`${row}/${column}/${reason}`}>
              <td class="soft">{row === '0' ? 'file' : row}</td>
              <td>
                <span class={`chip ${kind === 'error' ? 'bad' : 'warn'}`}>{kind}</span>
              </td>
              <td class="mono">{column}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > rows.length && (
        <p class="panel-body soft">
          The first {rows.length} of {formatCount(total)}; the download has all of them.
        </p>
      )}
    </Scroll>
  )
}

/** What went wrong, row by row. Read when the import has ended. */
export function ImportErrors({ store, one }: { store: string; one: ImportProgress }) {
  const ended = one.status !== 'PROCESSING'
  const total = one.summary.errors + one.summary.warnings
  const loaded = useLoad(`errors/${one.id}/${ended}`, async () => (ended ? await fetchImportErrors(store, one.id) : ''))
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Errors</h2>
        <button
          type="button"
          class="small"
          disabled={!loaded.value || total === 0}
          onClick={() => download(`${one.id}-errors.csv`, loaded.value ?? '')}
        >
          Download as CSV
        </button>
      </div>
      {total === 0 || !ended ? (
        <p class="panel-body soft">{ended ? 'Every row is stored.' : 'They are listed when the import has ended.'}</p>
      ) : (
        <Show of={loaded} rows={3}>
          {(text) => <ErrorTable rows={readRecords(text, SHOWN + 1).records.slice(1)} total={total} />}
        </Show>
      )}
    </section>
  )
}
