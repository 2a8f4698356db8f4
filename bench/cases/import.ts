import { createClient, readRss, waitFor } from '../client.js'
import { makePerson } from '../person.js'
import type { Run } from './run.js'

const POLL_MS = 25
const COLUMNS = ['email', 'phone', 'firstName', 'lastName', 'city', 'preferredLanguage'] as const

export interface ImportResult {
  readonly rows: number
  readonly bytes: number
  /** From the first byte of the upload to COMPLETED. */
  readonly seconds: number
  readonly rowsPerSecond: number
  /** Largest that was seen while it ran, in MiB. */
  readonly peakRss: number
}

interface Progress {
  readonly status: string
  readonly rowsDone: number
  readonly summary: { readonly errors: number }
}

function makeCsv(run: Run): string {
  const rows = Array.from({ length: run.size.importRows }, () => {
    const { Contact } = makePerson(run.newPerson()).traits
    return COLUMNS.map((column) => Contact[column]).join(',')
  })
  return `${[COLUMNS.join(','), ...rows].join('\n')}\n`
}

/** Imports a CSV of new people. */
export async function runImportCase(run: Run, url: string): Promise<ImportResult> {
  const client = createClient(run.bench, url)
  const csv = Buffer.from(makeCsv(run))
  const columnMappings = COLUMNS.map((name) => ({ columnName: name, traitGroup: 'Contact', traitName: name }))
  const { body } = await client<{ importId: string; url: string }>('POST', `/v1/Stores/${run.store}/Profiles/Imports`, {
    filename: 'bench.csv',
    fileSize: csv.length,
    columnMappings,
  })
  const started = performance.now()
  const upload = await fetch(body.url, { method: 'PUT', body: csv })
  if (!upload.ok) throw new Error(`the upload was refused: ${await upload.text()}`)
  const path = `/recollect/v1/Stores/${run.store}/Profiles/Imports/${body.importId}`
  let peakRss = 0
  const ended = await waitFor(
    'the end of the import',
    async () => {
      peakRss = Math.max(peakRss, await readRss(url))
      const { body: progress } = await client<Progress>('GET', path)
      return progress.status === 'COMPLETED' || progress.status === 'FAILED' ? progress : undefined
    },
    POLL_MS,
  )
  const seconds = (performance.now() - started) / 1000
  const { importRows: rows } = run.size
  if (ended.status !== 'COMPLETED' || ended.rowsDone !== rows || ended.summary.errors > 0) {
    throw new Error(`the import ended wrong: ${JSON.stringify(ended)}`)
  }
  run.say(`import of ${rows} rows: ${seconds.toFixed(1)} s`)
  return { rows, bytes: csv.length, seconds, rowsPerSecond: rows / seconds, peakRss }
}
