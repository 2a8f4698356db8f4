import { StorageUnavailableError } from '../errors.js'
import { Distribution, LATENCY_BOUNDS, SIZE_BOUNDS } from '../metrics/distribution.js'
import type { NamedQueueState } from '../metrics/queue.js'
import { FairQueue } from './fair-queue.js'
import type { ProcedureCall, SqliteResult, SqliteStatement } from './sqlite-connection.js'
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

const LANES = ['foreground', 'background'] as const
type Lane = (typeof LANES)[number]

type Work = SqliteStatement | ProcedureCall
type Results = readonly SqliteResult[]

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
  /** Whether nothing is written yet that was not committed: what a transaction reads first is the committed state. */
  isFresh(): boolean
  /** Commits what was run; with a call, runs that first and resolves with what it gave. */
  commit(call?: ProcedureCall): Promise<unknown>
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
  readonly #waiting: Readonly<Record<Lane, FairQueue<() => void>>> = {
    foreground: new FairQueue(),
    background: new FairQueue(),
  }
  /** Since when who waits has waited, in the order they came. */
  readonly #arrivals = new Set<{ readonly lane: Lane; readonly ms: number }>()
  #busy = false
  #overtakes = 0
  #open = false
  #openedAt = 0
  #members: Member[] = []
  #gate: Promise<void> | undefined
  /** Seconds of commits, from their message to the answer. */
  readonly commits = new Distribution(LATENCY_BOUNDS)
  /** Transactions that shared a commit. */
  readonly commitSizes = new Distribution(SIZE_BOUNDS)

  /** @param onCommit called after each sync */
  constructor(thread: SqliteThread, now: () => number, onCommit: () => void) {
    this.#thread = thread
    this.#now = now
    this.#onCommit = onCommit
  }

  /**
   * Waits for the turn; the caller must commit or roll back.
   *
   * @param owner the tenant's place in a FairQueue: tenants take turns
   */
  async acquire(lane: Lane, owner: readonly string[] = []): Promise<WriteTurn> {
    if (this.#busy) {
      const since = { lane, ms: performance.now() }
      this.#arrivals.add(since)
      await new Promise<void>((start) => this.#waiting[lane].push(owner, start))
      this.#arrivals.delete(since)
    }
    this.#busy = true
    await this.#gate
    return this.#createTurn(lane)
  }

  /** What waits for its turn. */
  waiting(): NamedQueueState[] {
    const now = performance.now()
    return LANES.map((queue) => {
      const oldest = [...this.#arrivals].find(({ lane }) => lane === queue)
      return { queue, length: this.#waiting[queue].size, oldestMs: oldest === undefined ? 0 : now - oldest.ms }
    })
  }

  /** Holds new groups back until `work` is done. */
  async hold(work: () => Promise<void>): Promise<void> {
    const gate = work().finally(() => {
      this.#gate = undefined
    })
    this.#gate = gate.catch(() => undefined)
    await gate
  }

  /** Runs what needs the database without a transaction on it; writers wait meanwhile. */
  async runAlone<T>(work: () => Promise<T>): Promise<T> {
    // Before a turn of the background every open group is committed, and a turn without statements opens none.
    const turn = await this.acquire('background')
    try {
      return await work()
    } finally {
      await turn.rollback()
    }
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
      isFresh: () => !this.#open && deferred.length === 0,
      defer: (statements) => {
        deferred = [...deferred, ...statements]
      },
      commit: async (call) => {
        ended = true
        // Also a transaction without statements may be the last of its group, which waits for its COMMIT.
        if (!begun && deferred.length === 0 && call === undefined) return this.#finish([], lane)
        if (begun && !this.#open) {
          this.#passTurn()
          throw new StorageUnavailableError('the transaction was rolled back by the database')
        }
        return this.#commit([...prefix(), ...takeDeferred(), ...(call === undefined ? [] : [call])], lane)
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

  /** @returns what the last of its own gave, if that was a call */
  async #commit(own: readonly Work[], lane: Lane): Promise<unknown> {
    const committed = new Promise<void>((resolve, reject) => this.#members.push({ resolve, reject }))
    committed.catch(() => undefined)
    const results = await this.#finish([...own, RELEASE], lane, own.length)
    await committed
    return results?.[0]?.rows[0]
  }

  /**
   * Ends a turn: hands the open group to the next transaction, or syncs it.
   *
   * @param own how many of the last statements are the transaction's own, which it alone answers for
   */
  async #finish(last: readonly Work[], lane: Lane, own = 0): Promise<Results | undefined> {
    const full = this.#members.length >= MAX_GROUP_SIZE || this.#now() - this.#openedAt >= MAX_GROUP_AGE_MS
    const share = this.#open && lane === 'foreground' && !full && this.#nextLane() === 'foreground'
    try {
      return await this.#endTurn(last, share, last.length - own)
    } catch (error) {
      if (this.#thread.failedAt < own && this.#thread.inTransaction) await this.#undoLast(error, share)
      else await this.#abandonGroup(error)
      return undefined
    } finally {
      this.#passTurn()
    }
  }

  /**
   * @param after how many of the last statements come after the transaction's own
   * @returns the results from the last of its own on
   */
  async #endTurn(last: readonly Work[], share: boolean, after: number): Promise<Results | undefined> {
    if (share) return last.length > 0 ? this.#thread.run(last, after + 1) : undefined
    if (!this.#open) return undefined
    const start = performance.now()
    const results = await this.#thread.run([...last, COMMIT], after + 2)
    this.commits.observe((performance.now() - start) / 1000)
    this.commitSizes.observe(this.#members.length)
    this.#settleGroup()
    return results
  }

  /** Undoes the one transaction whose own statement failed; the others of its group go on. */
  async #undoLast(cause: unknown, share: boolean): Promise<void> {
    const member = this.#members.pop()
    try {
      await this.#endTurn([UNDO, RELEASE], share, 2)
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
    if (background.size > 0 && (foreground.size === 0 || this.#overtakes >= MAX_OVERTAKES)) return 'background'
    return foreground.size > 0 ? 'foreground' : undefined
  }

  #passTurn(): void {
    const lane = this.#nextLane()
    const start = lane && this.#waiting[lane].shift()
    if (start === undefined) {
      this.#busy = false
      return
    }
    this.#overtakes = lane === 'background' ? 0 : this.#overtakes + 1
    start()
  }
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
