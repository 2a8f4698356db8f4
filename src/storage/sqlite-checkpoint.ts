import { statSync } from 'node:fs'
import { isFailedSync, type SqliteThread } from './sqlite-thread.js'
import type { SqliteWriteQueue } from './sqlite-write-queue.js'

const MIB = 1024 * 1024
/** Each time the log has grown by so much, it is copied into the database while writing goes on. */
const STEP_BYTES = 16 * MIB
/** From here on writers wait for one more copy, after which the log begins anew: without it the log grows for ever. */
const GATE_BYTES = 64 * MIB

/** So often the log's length is looked at, at most. */
const LOOK_EVERY_MS = 20

/** How long what was erased may still be found in the log, when there is time to write. */
const CUT_BACK_MS = 10_000
/** A reader that holds an old state, such as a backup, keeps the log as it is; writers must not wait for it. */
const CUT_BACK_WAIT_MS = 50

const statement = (sql: string) => ({ sql, parameters: [] })
const CHECKPOINT = statement('pragma wal_checkpoint(passive)')
const CUT_BACK = [statement(`pragma busy_timeout = ${CUT_BACK_WAIT_MS}`), statement('pragma wal_checkpoint(truncate)')]

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
  /** When the length of the log was looked at last, by the clock of the process. */
  #lookedAt = 0
  /** Length of the log when it was copied last. */
  #bytesBefore = 0
  /** Whether anything may have been committed since the log was cut back, also by the process before this one. */
  #grown = true
  #timer: NodeJS.Timeout | undefined

  constructor(thread: SqliteThread, file: string, onFailedSync: (error: Error) => void) {
    this.#thread = thread
    this.#log = `${file}-wal`
    this.#onFailedSync = onFailedSync
  }

  /** Cuts the log back to nothing from time to time: until then it still holds what was erased. */
  start(queue: SqliteWriteQueue): void {
    this.#timer = setInterval(() => void this.#cutBack(queue), CUT_BACK_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #cutBack(queue: SqliteWriteQueue): Promise<void> {
    if (this.#running || !this.#grown) return
    this.#running = true
    try {
      // Most of it is copied while others write.
      await this.#thread.run([CHECKPOINT])
      this.#grown = false
      const [result] = await queue.runAlone(() => this.#thread.run(CUT_BACK))
      const [row] = (result?.rows ?? []) as { busy: number }[]
      if (row?.busy !== 0) this.#grown = true
    } catch (error) {
      // Tried again the next time; the log keeps everything meanwhile.
      this.#grown = true
      this.#tellFailedSync(error)
    } finally {
      this.#running = false
    }
  }

  /** Called after each commit; starts a checkpoint when the log is long enough and none runs. */
  afterCommit(queue: SqliteWriteQueue): void {
    this.#grown = true
    if (this.#running || performance.now() - this.#lookedAt < LOOK_EVERY_MS) return
    this.#lookedAt = performance.now()
    const bytes = statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0
    // One that begins anew is cut back.
    if (bytes < this.#bytesBefore) this.#bytesBefore = 0
    if (bytes - this.#bytesBefore < STEP_BYTES) return
    this.#bytesBefore = bytes
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
          this.#bytesBefore = 0
          this.#tellFailedSync(error)
        },
      )
    await passive()
    if (bytes >= GATE_BYTES) await queue.hold(passive)
  }

  #tellFailedSync(error: unknown): void {
    if (isFailedSync(error)) this.#onFailedSync(error)
  }
}
