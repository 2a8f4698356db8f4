import type { ColumnMapping, PreviewRow } from '../../src/contract/import.js'
import { formatValue } from '../format.js'
import { useLoad } from '../load.js'
import { Show } from '../parts/feedback.js'
import { Scroll } from '../parts/scroll.js'
import { previewImport } from '../resources.js'

function Outcome({ row }: { row: PreviewRow }) {
  if (row.error !== undefined) return <span class="chip bad">fails: {row.error}</span>
  return (
    <>
      {row.identifiers.map(({ idType, value }) => (
        <span key={`${idType}/${value}`} class="chip good">
          {idType}: <span class="mono">{value}</span>
        </span>
      ))}
      {row.warnings.map(({ column, reason }) => (
        <span key={column} class="chip warn">
          {column} {reason}; skipped
        </span>
      ))}
    </>
  )
}

function Cell({ row, mapping }: { row: PreviewRow; mapping: ColumnMapping }) {
  const value = row.traits[mapping.traitGroup]?.[mapping.traitName]
  if (value === null) return <em class="soft">removed</em>
  return value === undefined ? <span class="soft">–</span> : formatValue(value)
}

interface ImportPreviewProps {
  store: string
  /** The beginning of the file. */
  content: string
  mappings: readonly ColumnMapping[]
}

/** The first rows as the server would store them. */
export function ImportPreview({ store, content, mappings }: ImportPreviewProps) {
  const loaded = useLoad(`preview/${JSON.stringify(mappings)}`, () =>
    previewImport(store, { columnMappings: [...mappings], content }),
  )
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>The first rows as they would be stored</h2>
      </div>
      <Show of={loaded} rows={5}>
        {({ rows }) => (
          <Scroll label="Preview">
            <table class="preview">
              <thead>
                <tr>
                  <th>Row</th>
                  <th>Who it is</th>
                  {mappings.map(({ traitGroup, traitName }) => (
                    <th key={`${traitGroup}.${traitName}`}>{`${traitGroup}.${traitName}`}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.row}>
                    <td class="soft">{row.row}</td>
                    <td>
                      <Outcome row={row} />
                    </td>
                    {mappings.map((mapping) => (
                      <td key={`${mapping.traitGroup}.${mapping.traitName}`}>
                        <Cell row={row} mapping={mapping} />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Show>
    </section>
  )
}
