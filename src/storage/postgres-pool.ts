import type pg from 'pg'
import { Distribution, LATENCY_BOUNDS, SIZE_BOUNDS } from '../metrics/distribution.js'
import type { NamedQueueState } from '../metrics/queue.js'
import { type NameOf, PostgresConnection } from './postgres-connection.js'
import { toStorageError } from './postgres-errors.js'

/** A pool of connections that knows what waits for one, and how long its commits take. */
export class PostgresPool {
  readonly commits = new Distribution(LATENCY_BOUNDS)
  /** Each transaction has a commit of its own. */
  readonly commitSizes = new Distribution(SIZE_BOUNDS)
  /** In the order they came. */
  readonly #waiting = new Set<{ readonly since: number }>()

  constructor(
    private readonly pool: pg.Pool,
    private readonly nameOf: NameOf,
  ) {}

  /**
   * Takes a connection, which must be released.
   *
   * @throws StorageUnavailableError when there is none in time
   */
  async connect(): Promise<PostgresConnection> {
    const waiter = { since: performance.now() }
    this.#waiting.add(waiter)
    try {
      return new PostgresConnection(await this.pool.connect(), this.nameOf)
    } catch (error) {
      throw toStorageError(error)
    } finally {
      this.#waiting.delete(waiter)
    }
  }

  /** Gives a connection back; one that broke is closed. */
  release(connection: PostgresConnection): void {
    connection.client.release(connection.fault)
  }

  /** Lends a connection to `work`. */
  async use<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const connection = await this.connect()
    try {
      return await work(connection)
    } finally {
      this.release(connection)
    }
  }

  async commit(connection: PostgresConnection): Promise<void> {
    const start = performance.now()
    await connection.end('commit')
    this.commits.observe((performance.now() - start) / 1000)
    this.commitSizes.observe(1)
  }

  waiting(queue: string): NamedQueueState {
    const [first] = this.#waiting
    return { queue, length: this.#waiting.size, oldestMs: first === undefined ? 0 : performance.now() - first.since }
  }

  end(): Promise<void> {
    return this.pool.end()
  }
}
