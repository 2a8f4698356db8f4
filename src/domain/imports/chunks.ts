import type { Readable } from 'node:stream'
import type { ImportRow } from '../../storage/import.js'
import { type CsvRow, readCsv, UnreadableCsvError } from './csv.js'

/** Rows of one transaction: few enough that the event loop and other writers never wait long. */
const CHUNK_SIZE = 500

export interface NumberedRecord {
  readonly rowNumber: number
  readonly record: CsvRow
}

/** Rows that are stored together. */
export interface Chunk {
  readonly header: readonly string[]
  readonly records: readonly NumberedRecord[]
}

/** Records in chunks, without those done before; the first chunk comes even if it is empty, so the header is checked. */
export async function* readChunks(
  content: Readable,
  { rowsDone }: Pick<ImportRow, 'rowsDone'>,
  maxRows: number,
): AsyncGenerator<Chunk> {
  let header: readonly string[] | undefined
  let rowNumber = 0
  let records: NumberedRecord[] = []
  for await (const rows of readCsv(content)) {
    for (const record of rows) {
      if (header === undefined) {
        header = record.fields
        yield { header, records: [] }
        continue
      }
      rowNumber += 1
      if (rowNumber > maxRows) throw new UnreadableCsvError(`the file has more than ${maxRows} rows`)
      if (rowNumber > rowsDone) records.push({ rowNumber, record })
      if (records.length === CHUNK_SIZE) {
        yield { header, records }
        records = []
      }
    }
  }
  if (header === undefined) throw new UnreadableCsvError('the file is empty: it needs a header and rows')
  if (records.length > 0) yield { header, records }
}
