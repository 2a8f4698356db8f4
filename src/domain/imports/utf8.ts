import { isUtf8 } from 'node:buffer'
import { UnreadableCsvError } from './csv.js'

const LINE_FEED = 10

/**
 * Gives the bytes of a file on, as long as they are UTF-8. A reader would replace what is not without a word.
 *
 * @throws UnreadableCsvError that names the line
 */
export async function* requireUtf8(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  let linesBefore = 0
  for await (const chunk of content) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const end = bytes.length - countUnfinished(bytes)
    const whole = bytes.subarray(0, end)
    requireAll(whole, linesBefore)
    linesBefore += countLineFeeds(whole)
    rest = bytes.subarray(end)
    yield whole
  }
  requireAll(rest, linesBefore)
}

function requireAll(bytes: Buffer, linesBefore: number): void {
  if (isUtf8(bytes)) return
  let line = linesBefore + 1
  // A line feed is never part of a longer character.
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start)
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) break
    start = end + 1
  }
  throw new UnreadableCsvError(`line ${line} is not UTF-8: save the file as UTF-8`)
}

function countLineFeeds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1
  return count
}

/** Bytes at the end that begin a character whose other bytes are still to come: at most 3. */
function countUnfinished(bytes: Buffer): number {
  for (let length = 1; length <= 3; length += 1) {
    const byte = bytes[bytes.length - length] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return length < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length : 0
  }
  return 0
}
