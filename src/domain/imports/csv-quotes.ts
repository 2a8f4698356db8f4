import type { RecordRead } from './csv.js'

const QUOTE = 0x22
const COMMA = 0x2c
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** A field that was read. */
interface FieldRead {
  readonly text: string
  /** Where what ended it stands: a comma, the end of the line or of the file. */
  readonly end: number
}

/**
 * Reads a record that has quotes somewhere.
 *
 * @param isLast whether the file ends with the bytes
 * @returns nothing when its end is not among the bytes
 */
export function readQuotedRecord(bytes: Buffer, start: number, isLast: boolean): RecordRead | undefined {
  const fields: string[] = []
  for (let position = start; ; ) {
    const field = bytes[position] === QUOTE ? readQuotedField(bytes, position, isLast) : readPlainField(bytes, position)
    if (field === undefined) return undefined
    fields.push(field.text)
    if (bytes[field.end] === COMMA) {
      position = field.end + 1
      continue
    }
    const end = field.end + lengthOfLineEnd(bytes, field.end)
    // Without a line end the bytes are through: what follows may belong to the record.
    if (end === field.end && !isLast) return undefined
    return { fields, end, lines: countLines(bytes, start, end) }
  }
}

/** @returns how many bytes of a line end stand at the position, 0 for none */
function lengthOfLineEnd(bytes: Buffer, position: number): number {
  if (bytes[position] === LINE_FEED) return 1
  return bytes[position] === CARRIAGE_RETURN && bytes[position + 1] === LINE_FEED ? 2 : 0
}

function isEndOfField(bytes: Buffer, position: number): boolean {
  return position >= bytes.length || bytes[position] === COMMA || lengthOfLineEnd(bytes, position) > 0
}

/** @param position of the first byte, which is no quote */
function readPlainField(bytes: Buffer, position: number): FieldRead {
  let end = position
  while (!isEndOfField(bytes, end)) end += 1
  return { text: bytes.toString('utf8', position, end), end }
}

/** @param position of the opening quote */
function readQuotedField(bytes: Buffer, position: number, isLast: boolean): FieldRead | undefined {
  let text = ''
  for (let from = position + 1; ; ) {
    const quote = bytes.indexOf(QUOTE, from)
    // What comes next must be known: a quote may follow, or the second half of CRLF.
    if (quote < 0 || (!isLast && quote + 2 >= bytes.length)) return undefined
    text += bytes.toString('utf8', from, quote)
    if (bytes[quote + 1] === QUOTE) {
      text += '"'
      from = quote + 2
    } else if (isEndOfField(bytes, quote + 1)) {
      return { text, end: quote + 1 }
    } else {
      // Text behind the closing quote: both quotes are part of the field, which goes on without them.
      const rest = readPlainField(bytes, quote + 1)
      return { text: `"${text}"${rest.text}`, end: rest.end }
    }
  }
}

function countLines(bytes: Buffer, start: number, end: number): number {
  let lines = 0
  for (let at = bytes.indexOf(LINE_FEED, start); at >= 0 && at < end; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1
  return lines
}
