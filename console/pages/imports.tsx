import { useState } from 'preact/hooks'
import type { ImportProgress } from '../../src/contract/import.js'
import { formatBytes, formatCount } from '../format.js'
import { useInterval, useLoad } from '../load.js'
import { Bar } from '../parts/bar.js'
import { Empty, Show } from '../parts/feedback.js'
import { Page, Pager } from '../parts/page.js'
import { Ago } from '../parts/time.js'
import { fetchImport, listImports } from '../resources.js'
import { pathTo } from '../router.js'

const POLL_MS = 1000

const STATUS = {
  PENDING: ['waits for its file', ''],
  PROCESSING: ['running', 'warn'],
  COMPLETED: ['done', 'good'],
  FAILED: ['failed', 'bad'],
} as const

/** What became of an import, in a word. */
export function StatusChip({ one }: { one: ImportProgress }) {
  const cancelled = one.status === 'FAILED' && one.failure?.includes('was cancelled')
  const [label, look] = STATUS[one.status]
  return <span class={`chip ${look}`}>{cancelled ? 'cancelled' : label}</span>
}

function ImportRow({ store, one }: { store: string; one: ImportProgress }) {
  const running = one.status === 'PROCESSING'
  return (
    <a class="list-row import" href={pathTo('stores', store, 'imports', one.id)}>
      <span>
        <span class="name">{one.filename}</span>
        <br />
        <span class="soft small-text">
          {formatBytes(one.fileSize)}, <Ago at={one.createdAt} />
        </span>
      </span>
      <span class="soft">
        {running ? (
          <Bar label={`${one.filename} done`} shares={[one.bytesDone / one.fileSize]} />
        ) : (
          one.summary.errors > 0 && `${formatCount(one.summary.errors)} errors`
        )}
      </span>
      <span class="soft">{formatCount(one.rowsDone)} rows</span>
      <span>
        <StatusChip one={one} />
      </span>
    </a>
  )
}

/** All imports of a store, newest first. */
export function ImportsPage({ store }: { store: string }) {
  const [token, setToken] = useState<string | undefined>()
  const page = useLoad(`imports/${store}/${token ?? ''}`, async () => {
    const { imports, meta } = await listImports(store, token)
    return { imports: await Promise.all(imports.map((id) => fetchImport(store, id))), meta }
  })
  const underWay = page.value?.imports.some(({ status }) => status === 'PROCESSING')
  useInterval(underWay ? POLL_MS : undefined, page.reload)
  const button = (
    <a class="button primary" href={pathTo('stores', store, 'imports', 'new')}>
      New import
    </a>
  )
  return (
    <Page title="Imports" text="CSV files of people, read row by row into profiles." actions={button}>
      <div class="panel">
        <Show of={page} rows={4}>
          {({ imports, meta }) =>
            imports.length === 0 && token === undefined ? (
              <Empty
                title="No import yet"
                text="Drop a CSV file with a header, say which column is which trait, look at the first rows, and start."
              >
                {button}
              </Empty>
            ) : (
              <>
                <ul class="list">
                  {imports.map((one) => (
                    <li key={one.id}>
                      <ImportRow store={store} one={one} />
                    </li>
                  ))}
                </ul>
                <Pager next={meta.nextToken} previous={meta.previousToken} go={setToken} />
              </>
            )
          }
        </Show>
      </div>
    </Page>
  )
}
