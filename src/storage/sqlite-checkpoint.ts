import { statSync } from 'node:fs'
import type { SqliteThread } from './sqlite-thread.js'
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
 */
export class SqliteCheckpointer {
  readonly #thread: SqliteThread
  readonly #log: string
  #running = false

  constructor(thread: SqliteThread, file: string) {
    this.#thread = thread
    this.#log = `${file}-wal`
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
        () => undefined,
      )
    await passive()
    if (bytes >= GATE_BYTES) await queue.hold(passive)
  }
}
