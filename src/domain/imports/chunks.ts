import type { ImportRow } from '../../storage/import.js'
import { MAX_COLUMNS, readCsv, UnreadableCsvError } from './csv.js'

/** Rows of one transaction: few enough that the event loop and other writers never wait long. */
const CHUNK_SIZE = 250
/** Or fewer rows, when they are so large: a chunk is in memory as a whole, and two more beside it. */
const CHUNK_BYTES = 4 * 1024 * 1024
/** While another account is there: what it waits for is one such chunk. */
const SHARED_CHUNK_SIZE = 25

/** Rows that are stored together. */
export interface Chunk {
  readonly header: readonly string[]
  /** Number of the first row; they follow each other. */
  readonly firstRow: number
  readonly records: readonly (readonly string[])[]
  /** Bytes of the file read up to the last row, or a little less. */
  readonly bytes: number
}

/**
 * Records in chunks, without those done before; the first chunk comes even if it is empty, so the header is checked.
 *
 * @param isShared whether another account is there just now
 * @throws UnreadableCsvError
 */
export async function* readChunks(
  content: Parameters<typeof readCsv>[0],
  { rowsDone }: Pick<ImportRow, 'rowsDone'>,
  maxRows: number,
  isShared: () => boolean,
): AsyncGenerator<Chunk> {
  let header: readonly string[] | undefined
  let rowNumber = 0
  let records: (readonly string[])[] = []
  let bytes = 0
  let chunkStart = 0
  for await (const batch of readCsv(content)) {
    for (const [index, fields] of batch.records.entries()) {
      if (header === undefined) {
        header = requireHeader(fields)
        yield { header, firstRow: 1, records: [], bytes: 0 }
        continue
      }
      rowNumber += 1
      if (rowNumber > maxRows) throw new UnreadableCsvError(`the file has more than ${maxRows} rows`)
      if (index === batch.records.length - 1) bytes = batch.bytes
      if (rowNumber > rowsDone) records.push(fields)
      const isFull = records.length >= (isShared() ? SHARED_CHUNK_SIZE : CHUNK_SIZE)
      if (isFull || bytes - chunkStart >= CHUNK_BYTES) {
        if (records.length > 0) yield { header, firstRow: rowNumber - records.length + 1, records, bytes }
        records = []
        chunkStart = bytes
      }
    }
  }
  if (header === undefined) throw new UnreadableCsvError('the file is empty: it needs a header and rows')
  if (records.length > 0) yield { header, firstRow: rowNumber - records.length + 1, records, bytes }
}

function requireHeader(fields: readonly string[]): readonly string[] {
  if (fields.length > MAX_COLUMNS) throw new UnreadableCsvError(`the header has more than ${MAX_COLUMNS} columns`)
  return fields
}
