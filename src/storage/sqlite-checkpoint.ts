import { statSync } from 'node:fs'
import { isFailedSync, type SqliteThread } from './sqlite-thread.js'
import type { SqliteWriteQueue } from './sqlite-write-queue.js'

const MIB = 1024 * 1024
/** From here on the log is copied into the database while writing goes on. */
const START_BYTES = 4 * MIB
/** From here on writers wait for one more copy, after which the log begins anew: without it the log grows for ever. */
const GATE_BYTES = 32 * MIB

const CHECKPOINT = { sql: 'pragma wal_checkpoint(passive)', parameters: [] }

/**
 * Copies the write-ahead log into the database in a thread of its own, so that neither requests nor the writer wait for
 * its syncs.
 *
 * A checkpoint that did not reach the end of the log is not synced, and counts as done: the sync of a later one is
 * for both. When that sync fails, the operating system forgets the pages of both, but SQLite would only copy the later
 * ones again and then begin the log anew. So a failed sync is told, and nobody may go on with this log but a new
 * process, which copies all of it.
 */
export class SqliteCheckpointer {
  readonly #thread: SqliteThread
  readonly #log: string
  readonly #onFailedSync: (error: Error) => void
  #running = false

  constructor(thread: SqliteThread, file: string, onFailedSync: (error: Error) => void) {
    this.#thread = thread
    this.#log = `${file}-wal`
    this.#onFailedSync = onFailedSync
  }

  /** Called after each commit; starts a checkpoint when the log is long enough and none runs. */
  afterCommit(queue: SqliteWriteQueue): void {
    if (this.#running) return
    const bytes = statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0
    if (bytes < START_BYTES) return
    this.#running = true
    void this.#checkpoint(queue, bytes).finally(() => {
      this.#running = false
    })
  }

  async #checkpoint(queue: SqliteWriteQueue, bytes: number): Promise<void> {
    // A checkpoint that fails (disk full) is tried again after the next commit; the log keeps everything meanwhile.
    const passive = () =>
      this.#thread.run([CHECKPOINT]).then(
        () => undefined,
        (error) => {
          if (isFailedSync(error)) this.#onFailedSync(error)
        },
      )
    await passive()
    if (bytes >= GATE_BYTES) await queue.hold(passive)
  }
}
