import { createClient, readCpuSeconds, readRss, waitFor } from '../client.js'
import { makePerson } from '../person.js'
import type { Run } from './run.js'

const POLL_MS = 25
/** Seldom enough that it does not slow the import: all of the server's metrics are worked out anew. */
const MEMORY_POLL_MS = 200
const COLUMNS = ['email', 'phone', 'firstName', 'lastName', 'city', 'preferredLanguage'] as const

export interface ImportResult {
  readonly rows: number
  readonly bytes: number
  /** From the first byte of the upload to COMPLETED. */
  readonly seconds: number
  readonly rowsPerSecond: number
  /** Of the server in all its threads. */
  readonly cpuSeconds: number
  /** In MiB. */
  readonly rssBefore: number
  /** Largest that was seen while it ran, in MiB. */
  readonly peakRss: number
}

interface Progress {
  readonly status: string
  readonly rowsDone: number
  readonly summary: { readonly errors: number }
}

type ImportRun = Pick<Run, 'bench' | 'store' | 'newPerson'>

function makeCsv(run: ImportRun, rowCount: number): Buffer {
  const rows = Array.from({ length: rowCount }, () => {
    const { Contact } = makePerson(run.newPerson()).traits
    return COLUMNS.map((column) => Contact[column]).join(',')
  })
  return Buffer.from(`${[COLUMNS.join(','), ...rows].join('\n')}\n`)
}

const PIECE_BYTES = 64 * 1024

/** Sent in one piece, the file would hold up the load generator, whose requests would seem to wait for the server. */
async function* cutIntoPieces(csv: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < csv.length; start += PIECE_BYTES) yield csv.subarray(start, start + PIECE_BYTES)
}

/** An import that was accepted, and what is needed to run it. */
export interface PreparedImport {
  readonly rows: number
  readonly bytes: number
  /** Uploads the file and waits until it is stored; `onPoll` is called while it waits. */
  run(onPoll?: () => Promise<void>): Promise<void>
}

/** Makes a CSV of new people and announces it: what is left is the upload. */
export async function prepareImport(run: ImportRun, url: string, rows: number): Promise<PreparedImport> {
  const client = createClient(run.bench, url)
  const csv = makeCsv(run, rows)
  const columnMappings = COLUMNS.map((name) => ({ columnName: name, traitGroup: 'Contact', traitName: name }))
  const { body } = await client<{ importId: string; url: string }>('POST', `/v1/Stores/${run.store}/Profiles/Imports`, {
    filename: 'bench.csv',
    fileSize: csv.length,
    columnMappings,
  })
  const path = `/recollect/v1/Stores/${run.store}/Profiles/Imports/${body.importId}`
  return {
    rows,
    bytes: csv.length,
    async run(onPoll) {
      const upload = await fetch(body.url, { method: 'PUT', body: cutIntoPieces(csv), duplex: 'half' })
      if (!upload.ok) throw new Error(`the upload was refused: ${await upload.text()}`)
      const ended = await waitFor(
        'the end of the import',
        async () => {
          await onPoll?.()
          const { body: progress } = await client<Progress>('GET', path)
          return progress.status === 'COMPLETED' || progress.status === 'FAILED' ? progress : undefined
        },
        POLL_MS,
      )
      if (ended.status !== 'COMPLETED' || ended.rowsDone !== rows || ended.summary.errors > 0) {
        throw new Error(`the import ended wrong: ${JSON.stringify(ended)}`)
      }
    },
  }
}

/** Imports a CSV of new people. */
export async function runImportCase(run: Run, url: string): Promise<ImportResult> {
  const { importRows: rows } = run.size
  const prepared = await prepareImport(run, url, rows)
  const rssBefore = await readRss(url)
  const cpuBefore = await readCpuSeconds(url)
  let peakRss = rssBefore
  const started = performance.now()
  let looked = started
  await prepared.run(async () => {
    if (performance.now() - looked < MEMORY_POLL_MS) return
    peakRss = Math.max(peakRss, await readRss(url))
    looked = performance.now()
  })
  const seconds = (performance.now() - started) / 1000
  const cpuSeconds = (await readCpuSeconds(url)) - cpuBefore
  run.say(`import of ${rows} rows: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU`)
  return { rows, bytes: prepared.bytes, seconds, rowsPerSecond: rows / seconds, cpuSeconds, rssBefore, peakRss }
}
