import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

const BYTES_AT_ONCE = 256 * 1024
/** Even of a slow client or disk no more is waited: an upload may bring 25 MB a second at least. */
const LONGEST_REST_MS = 10

/**
 * The chunks of a body, with a rest after each 256 KiB that is as long as they took, 10 ms at most. A client on the same
 * network sends faster than a busy machine can store: by itself an upload would take the processors from requests for as
 * long as it lasts. The body is not destroyed when it is refused: its connection must live to carry the answer.
 */
export async function* readAtEase(content: Readable): AsyncGenerator<Buffer> {
  let began = performance.now()
  let bytes = 0
  for await (const chunk of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    yield chunk
    bytes += chunk.length
    if (bytes < BYTES_AT_ONCE) continue
    await sleep(Math.min(performance.now() - began, LONGEST_REST_MS))
    bytes = 0
    began = performance.now()
  }
}
