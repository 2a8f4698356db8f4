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
  run(statements: readonly SqliteStatement[]): Promise<SqliteResult>
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
      run: async (statements) => {
        try {
          return await this.#thread.run([...prefix(), ...statements])
        } catch (error) {
          if (!this.#thread.inTransaction) this.#failGroup(error)
          throw error
        }
      },
      commit: async () => {
        ended = true
        // Also a transaction without statements may be the last of its group, which waits for its COMMIT.
        if (begun) await this.#commit(lane)
        else await this.#finish(undefined, lane)
      },
      rollback: async () => {
        // After a COMMIT that failed there is nothing left to undo, and the turn is somebody else's.
        if (ended) return
        ended = true
        if (begun && this.#open) await this.#thread.run([UNDO, RELEASE]).catch((error) => this.#failGroup(error))
        await this.#finish(undefined, lane)
      },
    }
  }

  async #commit(lane: Lane): Promise<void> {
    if (!this.#open) {
      this.#passTurn()
      throw new StorageUnavailableError('the transaction was rolled back by the database')
    }
    const committed = new Promise<void>((resolve, reject) => this.#members.push({ resolve, reject }))
    committed.catch(() => undefined)
    await this.#finish(RELEASE, lane)
    await committed
  }

  /** Ends a turn: hands the open group to the next transaction, or syncs it. */
  async #finish(last: SqliteStatement | undefined, lane: Lane): Promise<void> {
    const full = this.#members.length >= MAX_GROUP_SIZE || this.#now() - this.#openedAt >= MAX_GROUP_AGE_MS
    const share = this.#open && lane === 'foreground' && !full && this.#nextLane() === 'foreground'
    try {
      if (share) {
        if (last !== undefined) await this.#thread.run([last])
      } else if (this.#open) {
        await this.#thread.run(last === undefined ? [COMMIT] : [last, COMMIT])
        this.#settleGroup()
      }
    } catch (error) {
      // A COMMIT that failed may leave the transaction open; nothing in it may be acknowledged or reach the next group.
      if (this.#thread.inTransaction) await this.#thread.run([ROLLBACK]).catch(() => undefined)
      this.#failGroup(error)
    }
    this.#passTurn()
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
    const error = cause instanceof Error ? cause : new Error(String(cause))
    for (const member of members) member.reject(error)
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
