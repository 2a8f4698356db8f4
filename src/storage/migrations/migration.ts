import type { Kysely } from 'kysely'

/** What differs between the engines in the definition of a table. */
export interface MigrationDialect {
  /** Appended to each `create table`; SQLite stores a row in its primary key's tree, as the other engines' keys are used. */
  readonly tableSuffix: string
  /** Runs after the last migration of a start, in the same transaction. */
  finish(db: Kysely<unknown>): Promise<void>
}

/** One step forward of the schema. There are no steps back. */
export interface Migration {
  readonly name: string
  up(db: Kysely<unknown>, dialect: MigrationDialect): Promise<void>
}
