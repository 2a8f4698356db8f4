import { Readable } from 'node:stream'
import * as storage from '../storage/blob.js'
import type { Database } from '../storage/database.js'
import type { Executor } from '../storage/tables.js'
import { BlobMissingError, type BlobStore, BlobTooLargeError } from './blob-store.js'
import { readAtEase } from './read-at-ease.js'

/** What is read at once. PostgreSQL's driver turns a part from text into bytes, which takes the event loop a millisecond. */
const PART_BYTES = 64 * 1024
/** Parts that are stored with one commit. */
const PARTS_AT_ONCE = 4

/** Blobs in the database, in parts, where every node finds them. One counts as stored when its last part is. */
export function openDatabaseBlobs(db: Database, now: () => number): BlobStore {
  const change = <T>(work: Parameters<typeof db.transaction<T>>[0]) => db.transaction(work, { background: true })
  const remove = (name: string) => change((trx) => storage.deleteBlob(trx, name))

  return {
    async write(name, content, maxBytes) {
      try {
        await change((trx) => storage.insertBlob(trx, name, now()))
        let size = 0
        let count = 0
        for await (const piece of gatherPieces(content)) {
          size += piece.length
          if (size > maxBytes) throw new BlobTooLargeError(`more than ${maxBytes} bytes`)
          const position = count
          const parts = cutIntoParts(piece)
          await change(async (trx) => {
            for (const [index, part] of parts.entries()) await storage.insertBlobPart(trx, name, position + index, part)
          })
          count += parts.length
        }
        await change((trx) => storage.completeBlob(trx, name, size))
        return size
      } catch (error) {
        // What cannot be removed now is found by its age.
        await remove(name).catch(() => undefined)
        throw error
      }
    },
    read: (name) => readDatabaseBlob(db.read, name),
    remove,
    listOlderThan: (time) => storage.selectBlobsBefore(db.read, time),
  }
}

/** What is stored with one commit, or a little more. */
async function* gatherPieces(content: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let bytes = 0
  for await (const chunk of readAtEase(content)) {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes < PART_BYTES * PARTS_AT_ONCE) continue
    yield Buffer.concat(waiting)
    waiting = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(waiting)
}

function cutIntoParts(piece: Buffer): Buffer[] {
  const count = Math.ceil(piece.length / PART_BYTES)
  return Array.from({ length: count }, (_, index) => piece.subarray(index * PART_BYTES, (index + 1) * PART_BYTES))
}

/** A blob of the database. @throws BlobMissingError, from the stream, when there is no such blob */
export function readDatabaseBlob(read: Executor, name: string): Readable {
  return Readable.from(readParts(read, name), { objectMode: false })
}

async function* readParts(read: Executor, name: string): AsyncGenerator<Uint8Array> {
  if (!(await storage.isBlobComplete(read, name))) throw new BlobMissingError(`there is no blob ${name}`)
  for (let position = 0; ; position += 1) {
    const part = await storage.findBlobPart(read, name, position)
    if (part === undefined) return
    yield part
  }
}
