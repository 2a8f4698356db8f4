/** The beginning of a CSV file, for looking at it; the server alone decides what an import reads. */
export interface CsvHead {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The text of header and rows, whole lines. */
  readonly text: string
}

const HEAD_BYTES = 128 * 1024

interface Record {
  readonly fields: readonly string[]
  /** Where the next record begins. */
  readonly end: number
}

/** One record from a place in the text; nothing when the text ends within quotes. */
function readRecord(text: string, start: number): Record | undefined {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at]
    if (quoted) {
      if (letter !== '"') field += letter
      else if (text[at + 1] === '"') {
        field += '"'
        at += 1
      } else quoted = false
    } else if (letter === '"' && field === '') quoted = true
    else if (letter === ',') {
      fields.push(field)
      field = ''
    } else if (letter === '\n') {
      return { fields: [...fields, field.replace(/\r$/, '')], end: at + 1 }
    } else field += letter
  }
  return quoted ? undefined : { fields: [...fields, field], end: text.length }
}

/** Every record of a text, up to a number of them. */
export function readRecords(text: string, most: number): { records: string[][]; end: number } {
  const records: string[][] = []
  let end = 0
  while (records.length < most && end < text.length) {
    const record = readRecord(text, end)
    if (record === undefined) break
    end = record.end
    if (record.fields.length > 1 || record.fields[0] !== '') records.push([...record.fields])
  }
  return { records, end }
}

/**
 * Reads the first rows of a file.
 *
 * @throws Error in words when there is no header
 */
export async function readHead(file: Blob, rows: number): Promise<CsvHead> {
  const bytes = await file.slice(0, HEAD_BYTES).text()
  const whole = file.size <= HEAD_BYTES
  // The last line of a part may be cut in two.
  const text = whole ? bytes : bytes.slice(0, bytes.lastIndexOf('\n') + 1)
  const { records, end } = readRecords(text.replace(/^\uFEFF/, ''), rows + 1)
  const [header, ...others] = records
  if (header === undefined) {
    throw new Error('This file has no header: its first line must name the columns, separated by commas.')
  }
  return { header, rows: others, text: text.replace(/^\uFEFF/, '').slice(0, end) }
}
