import type { Distribution } from '../metrics/distribution.js'
import type { NamedQueueState } from '../metrics/queue.js'
import type { MigrationDialect } from './migrations/migration.js'
import type { Procedure } from './procedure.js'
import type { Executor } from './tables.js'

export interface TransactionOptions {
  /** Work that nobody waits for: it gives way to requests and never shares their commit. */
  readonly background?: boolean
  /** It still gathers what it will write: it would rather wait until the commit before it is under way than share it. */
  readonly patient?: boolean
  /** Whom it is for: tenants who wait take turns. Absent: the server itself, which takes its turns like a tenant. */
  readonly owner?: Owner | undefined
}

/** A tenant: an account, and one of its stores where it is about one. */
export interface Owner {
  readonly accountSid: string
  readonly storeId?: string
}

/** The places of a tenant in a fair queue. */
export function pathOfOwner(owner: Owner | undefined): readonly string[] {
  if (owner === undefined) return ['']
  return owner.storeId === undefined ? [owner.accountSid] : [owner.accountSid, owner.storeId]
}

/** Runs procedures on this thread, statement by statement, as every other transaction. */
export function callWithin(transaction: Database['transaction']): Database['call'] {
  return (procedure, input, options) => transaction((trx) => procedure.run(trx, input()), options)
}

/** What the rest of the program knows of an engine. Implemented by sqlite.ts and postgres.ts alone. */
export interface Database {
  /** Reads; they see every write that was acknowledged. */
  readonly read: Executor
  readonly migrationDialect: MigrationDialect
  /** Whether this process alone works on the jobs, so that leases found at start belong to a dead one. */
  readonly exclusive: boolean
  /** How many batches of one store are worth having under way. */
  readonly batchesAtOnce: number
  /**
   * Runs `work` in a transaction and resolves when its changes are on disk.
   *
   * @throws StorageUnavailableError when the engine cannot write; nothing was applied then
   */
  transaction<T>(work: (trx: Executor) => Promise<T>, options?: TransactionOptions): Promise<T>
  /**
   * Runs a procedure in a transaction of its own, wherever the engine likes: in a thread that writes (SQLite), or in one for
   * the background (PostgreSQL).
   *
   * @param input made when the transaction has its turn
   * @returns what the procedure gives, once it is on disk
   * @throws as `transaction` does; of what the procedure throws, what refusal.ts knows is still of its class
   */
  call<Input, Output>(
    procedure: Procedure<Input, Output>,
    input: () => Input,
    options?: TransactionOptions,
  ): Promise<Output>
  /** Lets `work` read one state of the database, whatever is written meanwhile, for as long as it takes. */
  snapshot<T>(work: (read: Executor) => Promise<T>): Promise<T>
  /** @throws StorageUnavailableError when the database does not answer */
  ping(): Promise<void>
  /** Transactions that ran again because another was in their way, by SQLSTATE. */
  readonly retries: Map<string, number>
  /** Seconds that commits took, with their sync. */
  readonly commits: Distribution
  /** Transactions that shared a commit. */
  readonly commitSizes: Distribution
  /** What waits for a connection. */
  waiting(): readonly NamedQueueState[]
  /** Size of the database with its log, in bytes. */
  size(): Promise<number>
  /** Size of the write-ahead log in bytes; nothing where it cannot be seen. */
  logSize(): Promise<number | undefined>
  /** Bytes that are free for the database; nothing where it cannot be seen. */
  freeBytes(): Promise<number | undefined>
  close(): Promise<void>
}
