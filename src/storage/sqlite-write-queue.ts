import { StorageUnavailableError } from '../errors.js'
import type { SqliteResult, SqliteStatement } from './sqlite-connection.js'
import type { SqliteThread } from './sqlite-thread.js'

const statement = (sql: string): SqliteStatement => ({ sql, parameters: [] })
const BEGIN = statement('begin immediate')
const COMMIT = statement('commit')
const ROLLBACK = statement('rollback')
const SAVE = statement('savepoint item')
const RELEASE = statement('release item')
const UNDO = statement('rollback to item')
/** Changes nothing, but writes a page. */
const TOUCH = statement('pragma user_version = 0')

/** A group is synced at the latest when it has so many transactions or is so old. */
const MAX_GROUP_SIZE = 64
const MAX_GROUP_AGE_MS = 5
/** So many foreground transactions may overtake a waiting background one. */
const MAX_OVERTAKES = 8

type Lane = 'foreground' | 'background'

interface Waiter {
  lane: Lane
  start(): void
}

interface Member {
  resolve(): void
  reject(error: Error): void
}

/** A transaction of the group commit: runs alone, but shares BEGIN, COMMIT and the sync with its neighbours. */
export interface WriteTurn {
  /** Runs statements behind those deferred; resolves with the results of the last ones, of one if nothing is said. */
  run(statements: readonly SqliteStatement[], results?: number): Promise<readonly SqliteResult[]>
  /** Leaves statements to the next run or the commit, which they travel with: a message to the thread less. */
  defer(statements: readonly SqliteStatement[]): void
  commit(): Promise<void>
  rollback(): Promise<void>
}

/**
 * Lets transactions take turns on the one writing connection and syncs several with one COMMIT (group commit). Each is
 * a savepoint; it is acknowledged when the COMMIT of its group returned. A transaction that fails is undone alone; a
 * COMMIT that fails fails its whole group.
 */
export class SqliteWriteQueue {
  readonly #thread: SqliteThread
  readonly #onCommit: () => void
  readonly #now: () => number
  readonly #waiting: Record<Lane, Waiter[]> = { foreground: [], background: [] }
  #busy = false
  #overtakes = 0
  #open = false
  #openedAt = 0
  #members: Member[] = []
  #gate: Promise<void> | undefined

  /** @param onCommit called after each sync */
  constructor(thread: SqliteThread, now: () => number, onCommit: () => void) {
    this.#thread = thread
    this.#now = now
    this.#onCommit = onCommit
  }

  /** Waits for the turn; the caller must commit or roll back. */
  async acquire(lane: Lane): Promise<WriteTurn> {
    if (this.#busy) await new Promise<void>((start) => this.#waiting[lane].push({ lane, start }))
    this.#busy = true
    await this.#gate
    return this.#createTurn(lane)
  }

  /** Holds new groups back until `work` is done. */
  async hold(work: () => Promise<void>): Promise<void> {
    const gate = work().finally(() => {
      this.#gate = undefined
    })
    this.#gate = gate.catch(() => undefined)
    await gate
  }

  #createTurn(lane: Lane): WriteTurn {
    let begun = false
    let ended = false
    let deferred: readonly SqliteStatement[] = []
    const takeDeferred = (): readonly SqliteStatement[] => {
      const taken = deferred
      deferred = []
      return taken
    }
    // BEGIN and SAVEPOINT travel with the first statement: one message less.
    const prefix = (): SqliteStatement[] => {
      if (begun) return []
      begun = true
      if (this.#open) return [SAVE]
      this.#open = true
      this.#openedAt = this.#now()
      return [BEGIN, SAVE]
    }
    return {
      run: async (statements, results) => {
        try {
          return await this.#thread.run([...prefix(), ...takeDeferred(), ...statements], results)
        } catch (error) {
          if (!this.#thread.inTransaction) this.#failGroup(error)
          throw error
        }
      },
      defer: (statements) => {
        deferred = [...deferred, ...statements]
      },
      commit: async () => {
        ended = true
        // Also a transaction without statements may be the last of its group, which waits for its COMMIT.
        if (!begun && deferred.length === 0) return this.#finish([], lane)
        if (begun && !this.#open) {
          this.#passTurn()
          throw new StorageUnavailableError('the transaction was rolled back by the database')
        }
        await this.#commit([...prefix(), ...takeDeferred()], lane)
      },
      rollback: async () => {
        // After a COMMIT that failed there is nothing left to undo, and the turn is somebody else's.
        if (ended) return
        ended = true
        if (begun && this.#open) await this.#thread.run([UNDO, RELEASE]).catch((error) => this.#failGroup(error))
        await this.#finish([], lane)
      },
    }
  }

  async #commit(own: readonly SqliteStatement[], lane: Lane): Promise<void> {
    const committed = new Promise<void>((resolve, reject) => this.#members.push({ resolve, reject }))
    committed.catch(() => undefined)
    await this.#finish([...own, RELEASE], lane, own.length)
    await committed
  }

  /**
   * Ends a turn: hands the open group to the next transaction, or syncs it.
   *
   * @param own how many of the last statements are the transaction's own, which it alone answers for
   */
  async #finish(last: readonly SqliteStatement[], lane: Lane, own = 0): Promise<void> {
    const full = this.#members.length >= MAX_GROUP_SIZE || this.#now() - this.#openedAt >= MAX_GROUP_AGE_MS
    const share = this.#open && lane === 'foreground' && !full && this.#nextLane() === 'foreground'
    try {
      await this.#endTurn(last, share)
    } catch (error) {
      if (this.#thread.failedAt < own && this.#thread.inTransaction) await this.#undoLast(error, share)
      else await this.#abandonGroup(error)
    }
    this.#passTurn()
  }

  async #endTurn(last: readonly SqliteStatement[], share: boolean): Promise<void> {
    if (share) {
      if (last.length > 0) await this.#thread.run(last)
    } else if (this.#open) {
      await this.#thread.run([...last, COMMIT])
      this.#settleGroup()
    }
  }

  /** Undoes the one transaction whose own statement failed; the others of its group go on. */
  async #undoLast(cause: unknown, share: boolean): Promise<void> {
    const member = this.#members.pop()
    try {
      await this.#endTurn([UNDO, RELEASE], share)
    } catch (error) {
      await this.#abandonGroup(error)
    }
    member?.reject(toError(cause))
  }

  /**
   * A COMMIT that failed may leave the transaction open; nothing in it may be acknowledged or reach the next group. When
   * only its sync failed, all of it stands at the end of the log, and a process that starts on that log would take it for
   * committed: another commit is written over it.
   */
  async #abandonGroup(cause: unknown): Promise<void> {
    const rollBack = () => (this.#thread.inTransaction ? this.#thread.run([ROLLBACK]) : undefined)
    try {
      await rollBack()
      await this.#thread.run([BEGIN, TOUCH, COMMIT])
    } catch {
      // The next group writes over it.
      await rollBack()?.catch(() => undefined)
    }
    this.#failGroup(cause)
  }

  #settleGroup(): void {
    const members = this.#members
    this.#open = false
    this.#members = []
    for (const member of members) member.resolve()
    this.#onCommit()
  }

  #failGroup(cause: unknown): void {
    const members = this.#members
    this.#open = false
    this.#members = []
    for (const member of members) member.reject(toError(cause))
  }

  #nextLane(): Lane | undefined {
    const { foreground, background } = this.#waiting
    if (background.length > 0 && (foreground.length === 0 || this.#overtakes >= MAX_OVERTAKES)) return 'background'
    return foreground.length > 0 ? 'foreground' : undefined
  }

  #passTurn(): void {
    const lane = this.#nextLane()
    const next = lane && this.#waiting[lane].shift()
    if (next === undefined) {
      this.#busy = false
      return
    }
    this.#overtakes = next.lane === 'background' ? 0 : this.#overtakes + 1
    next.start()
  }
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
