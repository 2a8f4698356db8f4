import type { ProcedureCall, SqliteResult, SqliteStatement } from './sqlite-connection.js'

/** A group is synced at the latest when it has so many transactions or is so old. */
const MAX_GROUP_SIZE = 64
const MAX_GROUP_AGE_MS = 5

interface Member {
  resolve(): void
  reject(error: Error): void
}

/** Transactions that share a BEGIN and a COMMIT. */
export interface Group {
  /** By the clock of the process. */
  readonly openedAt: number
  readonly members: Member[]
  /** Resolves when it was committed or given up. */
  readonly ended: Promise<void>
  end(): void
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

/** @param openedAt by the clock of the process, in milliseconds since the epoch */
export function openGroup(openedAt: number): Group {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { openedAt, members: [], ended, end: () => end() }
}

/** Whether nobody may join it any more. */
export function isFull({ members, openedAt }: Group, now: number): boolean {
  return members.length >= MAX_GROUP_SIZE || now - openedAt >= MAX_GROUP_AGE_MS
}

/** Tells all members that they are on disk. */
export function acknowledge({ members, end }: Group): void {
  end()
  for (const member of members) member.resolve()
}

/** Tells all members that nothing of theirs was written. */
export function refuse({ members, end }: Group, cause: Error): void {
  end()
  for (const member of members) member.reject(cause)
}
