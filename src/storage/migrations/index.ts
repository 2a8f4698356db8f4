import type { Kysely } from 'kysely'
import { foundation } from './0001-foundation.js'
import { memories } from './0002-memories.js'
import { nodes } from './0003-nodes.js'
import { memoryDeletions } from './0004-memory-deletions.js'

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

/** All migrations in order. A name, once released, is never changed or removed. */
export const MIGRATIONS: readonly Migration[] = [foundation, memories, nodes, memoryDeletions]
