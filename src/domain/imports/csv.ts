import type { Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'

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
/** What stands in later columns is not kept: half a million empty cells take half a megabyte of a file and four of memory. */
export const MAX_COLUMNS = 10_000

/**
 * Reads a CSV file record by record: RFC 4180 quoting with line breaks inside quotes, LF or CRLF, UTF-8 with or without
 * BOM; blank lines are skipped. A quote inside an unquoted field is part of it. Of a record no more than MAX_COLUMNS
 * fields are kept, and one more, so that it can be told.
 *
 * @throws UnreadableCsvError for a record over 1 MiB, or a quote that is never closed: there is no telling where the
 *   next record begins
 */
export async function* readCsv(content: Readable): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: cutRecord as never,
  })
  content.once('error', (error) => parser.destroy(error))
  content.pipe(parser)
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { bytes: number } }>) {
      yield { fields: record, bytes: info.bytes }
    }
  } catch (error) {
    if (isCsvError(error)) throw new UnreadableCsvError(explain(error))
    throw error
  } finally {
    content.destroy()
  }
}

/** The parser gives what its option `info` makes of a record, which its types do not say. */
function cutRecord(item: { record: string[] }): { record: string[] } {
  return item.record.length > MAX_COLUMNS ? { ...item, record: item.record.slice(0, MAX_COLUMNS + 1) } : item
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')
}

function explain(error: CsvError): string {
  switch (error.code) {
    case 'CSV_MAX_RECORD_SIZE':
      return `line ${error.lines}: a record has more than ${MAX_RECORD_BYTES} bytes`
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote is never closed'
    default:
      return `line ${error.lines}: this is no CSV (${error.code})`
  }
}
