import { CompiledQuery } from 'kysely'
import type { PostgresConnection } from './postgres-connection.js'

/** So often is looked for tables that grew, at most. */
const LOOK_EVERY_MS = 1000
/** After a failure, such as a table that takes longer to measure than a statement may. */
const REST_MS = 60_000
/** A table with fewer changes is left to the database. */
const MIN_CHANGES = 1000

const SELECT_GROWN = CompiledQuery.raw(`
  select quote_ident(relname) as name from pg_stat_user_tables
  where schemaname = current_schema()
    and n_mod_since_analyze >= greatest(${MIN_CHANGES}, (select reltuples from pg_class where oid = relid))`)

/** Lends a connection that may write. */
export type UseConnection = <T>(work: (connection: PostgresConnection) => Promise<T>) => Promise<T>

/**
 * Measures tables that doubled since they were measured, so that the planner knows them. The database does it too, but looks
 * once a minute: until then it takes a new store's identifiers for few, and reads all of them for each batch. An import
 * into a new database stored 1,000 rows a second instead of 10,000.
 */
export class PostgresStatistics {
  readonly #use: UseConnection
  #running = false
  /** By the clock of the process. */
  #nextLook = 0

  constructor(use: UseConnection) {
    this.#use = use
  }

  /** Called after each commit; nobody waits for what it begins. */
  afterCommit(): void {
    if (this.#running || performance.now() < this.#nextLook) return
    this.#running = true
    void this.#measureGrown().then((wait) => {
      this.#nextLook = performance.now() + wait
      this.#running = false
    })
  }

  /** @returns how long to wait until the next look, in milliseconds */
  async #measureGrown(): Promise<number> {
    try {
      await this.#use(async (connection) => {
        const { rows } = await connection.executeQuery<{ name: string }>(SELECT_GROWN)
        // Another node that does it already is enough.
        for (const { name } of rows) await connection.executeQuery(CompiledQuery.raw(`analyze (skip_locked) ${name}`))
      })
      return LOOK_EVERY_MS
    } catch {
      // Plans are as they were; autovacuum looks too.
      return REST_MS
    }
  }
}
