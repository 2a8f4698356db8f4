import { StorageUnavailableError } from '../errors.js'
import { Distribution, LATENCY_BOUNDS, SIZE_BOUNDS } from '../metrics/distribution.js'
import type { NamedQueueState } from '../metrics/queue.js'
import type { ProcedureCall, SqliteResult, SqliteStatement } from './sqlite-connection.js'
import type { SqliteThread } from './sqlite-thread.js'
import { acknowledge, type Group, isFull, openGroup, refuse, type WriteTurn } from './sqlite-write-group.js'
import { type Lane, type Waiting, WriteLanes } from './sqlite-write-lanes.js'

const statement = (sql: string): SqliteStatement => ({ sql, parameters: [] })
const BEGIN = statement('begin immediate')
const COMMIT = statement('commit')
const SAVE = statement('savepoint item')
const RELEASE = statement('release item')
const UNDO = statement('rollback to item')

type Work = SqliteStatement | ProcedureCall
type Results = readonly SqliteResult[]

/** How a turn ends. */
interface Ending {
  readonly group: Group
  readonly share: boolean
  /** Lets the next transaction have its turn. */
  pass(): void
}

const ROLLED_BACK = 'the transaction was rolled back by the database'

/**
 * Lets transactions take turns on the one writing connection and syncs several with one COMMIT (group commit). Each is
 * a savepoint; it is acknowledged when the COMMIT of its group returned. A transaction that fails is undone alone; a
 * COMMIT that fails fails its whole group.
 *
 * The next group begins while the one before is being committed: what it sends waits at the thread, which then goes on
 * without being woken. After a COMMIT that failed the thread refuses all until it is told to recover.
 */
export class SqliteWriteQueue {
  readonly #thread: SqliteThread
  readonly #onCommit: () => void
  readonly #now: () => number
  readonly #lanes = new WriteLanes()
  /** The group that transactions may join; absent when nothing is open. */
  #group: Group | undefined
  /** The last group whose COMMIT was sent and has not been answered. */
  #committing: Group | undefined
  #gate: Promise<void> | undefined
  /** Seconds of commits, from when the thread said that one begins to its answer. */
  readonly commits = new Distribution(LATENCY_BOUNDS)
  /** Transactions that shared a commit. */
  readonly commitSizes = new Distribution(SIZE_BOUNDS)

  /** @param onCommit called after each sync */
  constructor(thread: SqliteThread, now: () => number, onCommit: () => void) {
    this.#thread = thread
    this.#now = now
    this.#onCommit = onCommit
  }

  /** Waits for the turn; the caller must commit or roll back. */
  async acquire(waiting: Waiting): Promise<WriteTurn> {
    await this.#lanes.take(waiting)
    await this.#gate
    return this.#createTurn(waiting.lane)
  }

  /** What waits for its turn. */
  waiting(): NamedQueueState[] {
    return this.#lanes.state()
  }

  /** Holds new groups back until `work` is done, which begins when the last commit has ended. */
  async hold(work: () => Promise<void>): Promise<void> {
    const run = async () => {
      await this.#committing?.ended
      await work()
    }
    const gate = run().finally(() => {
      this.#gate = undefined
    })
    this.#gate = gate.catch(() => undefined)
    await gate
  }

  /** Runs what needs the database without a transaction on it; writers wait meanwhile. */
  async runAlone<T>(work: () => Promise<T>): Promise<T> {
    // Before a turn of the background every open group is committed, and a turn without statements opens none.
    const turn = await this.acquire({ lane: 'background' })
    try {
      await this.#committing?.ended
      return await work()
    } finally {
      await turn.rollback()
    }
  }

  #createTurn(lane: Lane): WriteTurn {
    /** The group it has joined; before that, it has sent nothing. */
    let joined: Group | undefined
    let ended = false
    let deferred: readonly SqliteStatement[] = []
    const takeDeferred = (): readonly SqliteStatement[] => {
      const taken = deferred
      deferred = []
      return taken
    }
    const isRolledBack = () => joined !== undefined && joined !== this.#group
    // BEGIN and SAVEPOINT travel with the first statement: one message less.
    const join = (): SqliteStatement[] => {
      if (joined !== undefined) return []
      const isFirst = this.#group === undefined
      joined = this.#group ??= openGroup(this.#now())
      return isFirst ? [BEGIN, SAVE] : [SAVE]
    }
    return {
      run: async (statements, results) => {
        if (isRolledBack()) throw new StorageUnavailableError(ROLLED_BACK)
        try {
          return await this.#thread.run([...join(), ...takeDeferred(), ...statements], { results })
        } catch (error) {
          if (!this.#thread.inTransaction) this.#failGroup(joined, error)
          throw error
        }
      },
      isFresh: () => this.#group === undefined && this.#committing === undefined && deferred.length === 0,
      defer: (statements) => {
        deferred = [...deferred, ...statements]
      },
      commit: async (call) => {
        ended = true
        // Also a transaction without statements may be the last of its group, which waits for its COMMIT.
        if (joined === undefined && deferred.length === 0 && call === undefined) return this.#finish([], lane)
        if (isRolledBack()) {
          this.#lanes.pass()
          throw new StorageUnavailableError(ROLLED_BACK)
        }
        return this.#commit([...join(), ...takeDeferred(), ...(call === undefined ? [] : [call])], lane)
      },
      rollback: async () => {
        // After a COMMIT that failed there is nothing left to undo, and the turn is somebody else's.
        if (ended) return
        ended = true
        if (joined !== undefined && !isRolledBack())
          await this.#thread.run([UNDO, RELEASE]).catch((error) => this.#failGroup(joined, error))
        await this.#finish([], lane)
      },
    }
  }

  /** @returns what the last of its own gave, if that was a call */
  async #commit(own: readonly Work[], lane: Lane): Promise<unknown> {
    const committed = new Promise<void>((resolve, reject) => this.#group?.members.push({ resolve, reject }))
    committed.catch(() => undefined)
    const results = await this.#finish([...own, RELEASE], lane, own.length)
    await committed
    return results?.[0]?.rows[0]
  }

  /**
   * Ends a turn: hands the open group to the next transaction, or commits it and lets the next group begin meanwhile.
   *
   * @param own how many of the last statements are the transaction's own, which it alone answers for
   * @returns the results from the last of its own on
   */
  async #finish(last: readonly Work[], lane: Lane, own = 0): Promise<Results | undefined> {
    const pass = once(() => this.#lanes.pass())
    const group = this.#group
    if (group === undefined) {
      pass()
      return undefined
    }
    const ending = { group, share: this.#isShared(group, lane), pass }
    try {
      return await this.#end(ending, last, last.length - own)
    } catch (error) {
      if (this.#thread.failedAt < own && this.#thread.inTransaction) await this.#undoLast(ending, error)
      else await this.#abandon(group, error)
      return undefined
    } finally {
      pass()
    }
  }

  #isShared(group: Group, lane: Lane): boolean {
    return lane === 'foreground' && !isFull(group, this.#now()) && this.#lanes.wantsToShare()
  }

  /**
   * @param after how many of the last statements come after the transaction's own
   * @returns the results from the last of its own on
   */
  async #end({ group, share, pass }: Ending, last: readonly Work[], after: number): Promise<Results | undefined> {
    if (share) return last.length > 0 ? this.#thread.run(last, { results: after + 1 }) : undefined
    let begun = performance.now()
    const results = await this.#thread.run([...last, COMMIT], {
      results: after + 2,
      onCommit: () => {
        begun = performance.now()
        this.#group = undefined
        this.#committing = group
        pass()
      },
    })
    this.commits.observe((performance.now() - begun) / 1000)
    this.commitSizes.observe(group.members.length)
    this.#close(group)
    acknowledge(group)
    this.#onCommit()
    return results
  }

  /** Undoes the one transaction whose own statement failed; the others of its group go on. */
  async #undoLast(ending: Ending, cause: unknown): Promise<void> {
    const member = ending.group.members.pop()
    try {
      await this.#end(ending, [UNDO, RELEASE], 2)
    } catch (error) {
      await this.#abandon(ending.group, error)
    }
    member?.reject(toError(cause))
  }

  /** A COMMIT that failed may leave the transaction open; nothing in it may be acknowledged or reach the next group. */
  async #abandon(group: Group, cause: unknown): Promise<void> {
    await this.#thread.recover().catch(() => undefined)
    this.#failGroup(group, cause)
  }

  #failGroup(group: Group | undefined, cause: unknown): void {
    if (group === undefined) return
    this.#close(group)
    refuse(group, toError(cause))
  }

  #close(group: Group): void {
    if (this.#group === group) this.#group = undefined
    if (this.#committing === group) this.#committing = undefined
  }
}

function once(work: () => void): () => void {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
