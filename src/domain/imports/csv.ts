import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { type CsvError, type Parser, parse } from 'csv-parse'

/** Records that follow each other in a file, as the arrays of their fields. */
export interface CsvBatch {
  readonly records: readonly (readonly string[])[]
  /** Bytes of the file up to the end of the last of them. */
  readonly bytes: number
}

/** A file that cannot be read on: not a line of it, the whole. The message is for people. */
export class UnreadableCsvError extends Error {
  override readonly name = 'UnreadableCsvError'
}

/** A longer record is no row of a customer table: without a bound, one quote that is never closed would fill memory. */
const MAX_RECORD_BYTES = 1024 * 1024
/** What is parsed at once, in less than a millisecond. */
const PIECE_BYTES = 16 * 1024
/** What stands in later columns is not kept: half a million empty cells take half a megabyte of a file and four of memory. */
export const MAX_COLUMNS = 10_000

/**
 * Reads a CSV file: RFC 4180 quoting with line breaks inside quotes, LF or CRLF, UTF-8 with or without BOM; blank lines
 * are skipped. A quote inside an unquoted field is part of it. Of a record no more than MAX_COLUMNS fields are kept, and
 * one more, so that it can be told. Records come in batches, as many as a piece of the content holds: waiting for each
 * by itself takes longer than parsing it. Others have the event loop between the pieces.
 *
 * @throws UnreadableCsvError for a record over 1 MiB, or a quote that is never closed: there is no telling where the
 *   next record begins
 */
export async function* readCsv(content: Readable): AsyncGenerator<CsvBatch> {
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
  })
  let wake = () => {}
  for (const event of ['readable', 'end', 'error']) parser.on(event, () => wake())
  const pieces = Readable.from(cutIntoPieces(content), { objectMode: false, highWaterMark: PIECE_BYTES })
  pieces.once('error', (error) => parser.destroy(error))
  pieces.pipe(parser)
  try {
    while (!parser.readableEnded) {
      if (parser.errored !== null) throw explain(parser.errored)
      const records = takeRecords(parser)
      if (records.length > 0) yield { records, bytes: parser.info.bytes }
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    pieces.destroy()
    parser.destroy()
  }
}

async function* cutIntoPieces(content: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of content as AsyncIterable<Buffer>) {
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      yield chunk.subarray(start, start + PIECE_BYTES)
      await setImmediate()
    }
  }
}

/** All records that are parsed. */
function takeRecords(parser: Parser): string[][] {
  const records: string[][] = []
  for (let record: string[] | null = parser.read(); record !== null; record = parser.read()) {
    records.push(record.length > MAX_COLUMNS ? record.slice(0, MAX_COLUMNS + 1) : record)
  }
  return records
}

/** What is wrong with the content, in words; any other error as it is. */
function explain(error: Error): Error {
  return isCsvError(error) ? new UnreadableCsvError(describe(error)) : error
}

function isCsvError(error: Error): error is CsvError {
  return 'code' in error && String(error.code).startsWith('CSV_')
}

function describe(error: CsvError): string {
  switch (error.code) {
    case 'CSV_MAX_RECORD_SIZE':
      return `line ${error.lines}: a record has more than ${MAX_RECORD_BYTES} bytes`
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote is never closed'
    default:
      return `line ${error.lines}: this is no CSV (${error.code})`
  }
}
