import type { Readable } from 'node:stream'
import { StorageUnavailableError } from '../errors.js'

/** A body that is larger than was agreed. */
export class BlobTooLargeError extends Error {
  override readonly name = 'BlobTooLargeError'
}

/** There is no blob of that name in the database. */
export class BlobMissingError extends StorageUnavailableError {}

/** Where uploaded files live. */
export interface BlobStore {
  /**
   * Stores a stream under a name; it is on disk, whole, when this resolves, and not there at all when it rejects.
   *
   * @returns bytes written
   * @throws BlobTooLargeError after `maxBytes` bytes
   * @throws StorageUnavailableError when the disk cannot take it
   */
  write(name: string, content: Readable, maxBytes: number): Promise<number>
  /** @throws StorageUnavailableError, from the stream, when there is no such blob */
  read(name: string): Readable
  remove(name: string): Promise<void>
  /** Names of the blobs that were last written before `time`, in milliseconds since the epoch. */
  listOlderThan(time: number): Promise<string[]>
}
