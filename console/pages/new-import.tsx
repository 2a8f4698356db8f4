import { useEffect, useState } from 'preact/hooks'
import type { ColumnMapping } from '../../src/contract/import.js'
import { type CsvHead, readHead } from '../csv.js'
import { formatBytes } from '../format.js'
import { useLoad } from '../load.js'
import { Bar } from '../parts/bar.js'
import { Notice, Show } from '../parts/feedback.js'
import { FileDrop } from '../parts/file-drop.js'
import { Page } from '../parts/page.js'
import { createImport, listTraitGroups } from '../resources.js'
import { navigate, pathTo } from '../router.js'
import { type Suggestion, suggestMappings } from '../suggest.js'
import { uploadFile } from '../upload.js'
import { ImportPreview } from './import-preview.js'
import { MappingTable } from './mapping-table.js'

const SAMPLE_ROWS = 50
const MAX_BYTES = 104_857_600
/** The API asks for two columns at least. */
const LEAST_COLUMNS = 2

interface Chosen {
  file: File
  head: CsvHead
}

/** @throws Error in words for a file that no import takes */
async function choose(file: File): Promise<Chosen> {
  if (file.size === 0) throw new Error('This file is empty.')
  if (file.size > MAX_BYTES) {
    throw new Error(`This file has ${formatBytes(file.size)}; an import takes 100 MiB. Split it into several.`)
  }
  const head = await readHead(file, SAMPLE_ROWS)
  if (head.header.length < LEAST_COLUMNS) {
    throw new Error('This file has one column. An import needs two at least, separated by commas.')
  }
  return { file, head }
}

function toMappings(header: readonly string[], suggestions: readonly Suggestion[]): ColumnMapping[] {
  return suggestions.flatMap(({ trait }, index) => {
    const dot = trait.indexOf('.')
    if (trait === '') return []
    return [{ columnName: header[index] ?? '', traitGroup: trait.slice(0, dot), traitName: trait.slice(dot + 1) }]
  })
}

function Mapping({ store, chosen, onAgain }: { store: string; chosen: Chosen; onAgain: () => void }) {
  const { file, head } = chosen
  const groups = useLoad(`groups/${store}`, () => listTraitGroups(store))
  const [suggestions, setSuggestions] = useState<readonly Suggestion[]>([])
  const [sent, setSent] = useState<number | undefined>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    if (groups.value !== undefined) setSuggestions(suggestMappings(head.header, head.rows, groups.value))
  }, [groups.value, head])
  const mappings = toMappings(head.header, suggestions)
  const start = async () => {
    setError(undefined)
    setSent(0)
    try {
      const input = { filename: file.name, fileSize: file.size, columnMappings: mappings }
      const { importId, url } = await createImport(store, input)
      await uploadFile(url, file, setSent)
      navigate(pathTo('stores', store, 'imports', importId))
    } catch (cause) {
      setError(cause)
      setSent(undefined)
    }
  }
  return (
    <>
      <div class="panel panel-body row apart">
        <span class="grow">
          <b>{file.name}</b> <span class="soft">{formatBytes(file.size)}</span>
        </span>
        <button type="button" onClick={onAgain}>
          Choose another file
        </button>
      </div>
      <Show of={groups} rows={head.header.length}>
        {(all) => <MappingTable head={head} groups={all} suggestions={suggestions} onChange={setSuggestions} />}
      </Show>
      {mappings.length > 0 && <ImportPreview store={store} content={head.text} mappings={mappings} />}
      <div class="panel panel-body stack">
        <Notice error={error} />
        {sent !== undefined && <Bar label="Sent" shares={[sent / file.size]} />}
        <div class="row">
          <button
            type="button"
            class="primary"
            disabled={mappings.length < LEAST_COLUMNS || sent !== undefined}
            onClick={start}
          >
            {sent === undefined ? 'Start the import' : 'Sending …'}
          </button>
          {mappings.length < LEAST_COLUMNS && <span class="soft">Map two columns at least.</span>}
        </div>
      </div>
    </>
  )
}

/** From a file to an import, in one page. */
export function NewImportPage({ store }: { store: string }) {
  const [chosen, setChosen] = useState<Chosen | undefined>()
  const [error, setError] = useState<unknown>()
  const take = (file: File) => {
    setError(undefined)
    choose(file).then(setChosen, setError)
  }
  return (
    <Page title="New import" text="Choose a file, map its columns, look at the first rows, start.">
      {chosen === undefined ? (
        <>
          <FileDrop onFile={take} />
          <Notice error={error} />
        </>
      ) : (
        <Mapping store={store} chosen={chosen} onAgain={() => setChosen(undefined)} />
      )}
    </Page>
  )
}
