import type { Readable } from 'node:stream'
import { readQuotedRecord } from './csv-quotes.js'

/** One record of a file. */
export interface CsvRow {
  readonly fields: readonly string[]
  /** Bytes of the file read up to the end of the record. */
  readonly bytes: number
}

/** A file that cannot be read on: not a line of it, the whole. The message is for people. */
export class UnreadableCsvError extends Error {
  override readonly name = 'UnreadableCsvError'
}

/** A longer record is no row of a customer table: without a bound, one quote that is never closed would fill memory. */
const MAX_RECORD_BYTES = 1024 * 1024
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')
/** How a file in UTF-16 begins, in either order of bytes. */
const WIDE_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

/**
 * Reads a CSV file: RFC 4180 quoting with line breaks inside quotes, LF or CRLF, UTF-8 with or without BOM; blank lines
 * are skipped. A quote inside an unquoted field is part of it. Records come as they are read, many at a time: a promise
 * for each cost more than reading it.
 *
 * @throws UnreadableCsvError for a record over 1 MiB, or a quote that is never closed: there is no telling where the
 *   next record begins; and for a file in UTF-16
 */
export async function* readCsv(content: Readable): AsyncGenerator<CsvRow[]> {
  const reader = createRecordReader()
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) yield reader.read(chunk)
    yield reader.end()
  } finally {
    content.destroy()
  }
}

interface RecordReader {
  /** The records that end in the bytes, and in those that came before. */
  read(bytes: Buffer): CsvRow[]
  /** What is left when no more bytes come. */
  end(): CsvRow[]
}

function createRecordReader(): RecordReader {
  let rest: Buffer = Buffer.alloc(0)
  /** Bytes of the file before `rest`. */
  let offset = 0
  let lines = 0
  let begun = false

  const take = (bytes: Buffer, isLast: boolean): CsvRow[] => {
    const rows: CsvRow[] = []
    let position = 0
    while (position < bytes.length) {
      const record = readRecord(bytes, position, isLast)
      const end = record?.end ?? bytes.length
      if (end - position > MAX_RECORD_BYTES) {
        throw new UnreadableCsvError(`line ${lines + 1}: a record has more than ${MAX_RECORD_BYTES} bytes`)
      }
      if (record === undefined) break
      position = end
      lines += record.lines
      if (record.fields !== undefined) rows.push({ fields: record.fields, bytes: offset + end })
    }
    rest = bytes.subarray(position)
    offset += position
    return rows
  }
  return {
    read(bytes) {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      if (!begun && all.length < BYTE_ORDER_MARK.length) {
        rest = all
        return []
      }
      const skipped = begun ? 0 : lengthOfMark(all)
      begun = true
      offset += skipped
      return take(all.subarray(skipped), false)
    },
    end() {
      const rows = take(rest, true)
      if (rest.length > 0) throw new UnreadableCsvError('a quote is never closed')
      return rows
    },
  }
}

function lengthOfMark(bytes: Buffer): number {
  if (WIDE_MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))) {
    throw new UnreadableCsvError('the file is in UTF-16: save it as UTF-8')
  }
  return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
}

/** A record that was read, or a blank line. */
export interface RecordRead {
  /** Nothing for a blank line. */
  readonly fields: string[] | undefined
  /** Where the next one begins. */
  readonly end: number
  readonly lines: number
}

/**
 * Reads the record at a position.
 *
 * @param isLast whether the file ends with the bytes
 * @returns nothing when its end is not among the bytes
 */
function readRecord(bytes: Buffer, start: number, isLast: boolean): RecordRead | undefined {
  const lineFeed = bytes.indexOf(LINE_FEED, start)
  if (lineFeed < 0 && !isLast) return undefined
  const next = lineFeed < 0 ? bytes.length : lineFeed + 1
  const isLineOfWindows = lineFeed > start && bytes[lineFeed - 1] === CARRIAGE_RETURN
  const end = lineFeed < 0 ? next : isLineOfWindows ? lineFeed - 1 : lineFeed
  if (end === start) return { fields: undefined, end: next, lines: 1 }
  const line = bytes.toString('utf8', start, end)
  if (line.includes('"')) return readQuotedRecord(bytes, start, isLast)
  return { fields: line.split(','), end: next, lines: 1 }
}
