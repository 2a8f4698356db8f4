import SqliteDatabase from 'better-sqlite3'
import { type CompiledQuery, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StoreScope } from '../../src/scope.js'
import { findIdentifierOwners, queryIdentifiers, selectIdentifierOwners } from '../../src/storage/identifier.js'
import { behindChange, selectIndexedMemories, selectIndexedMemoriesSince } from '../../src/storage/indexed-memory.js'
import { selectDeletionsSince } from '../../src/storage/memory-deletion.js'
import { selectVectorsOf, selectVectorsSince } from '../../src/storage/memory-vector.js'
import { selectObservationPage } from '../../src/storage/observation.js'
import { findProfile, queryLockedProfiles, selectProfileIds } from '../../src/storage/profile.js'
import { findCanonicalId, selectMergesInto } from '../../src/storage/profile-merge.js'
import { findOldestText } from '../../src/storage/queue-depth.js'
import { SqliteCompiler } from '../../src/storage/sqlite-executor.js'
import { readOne } from '../../src/storage/statement.js'
import type { Executor, Tables } from '../../src/storage/tables.js'
import { openTestDatabase, type TestDatabase } from '../support/database.js'

const scope = { accountSid: 'AC', storeId: 's', schemaVersion: 1 } as StoreScope
const KEYS = [
  { idType: 'email', value: 'a' },
  { idType: 'email', value: 'b' },
  { idType: 'phone', value: 'c' },
]
let database: TestDatabase
let file: SqliteDatabase.Database

beforeAll(async () => {
  database = await openTestDatabase()
  file = new SqliteDatabase(`${database.dataDir}/recollect.db`, { readonly: true })
})
afterAll(async () => {
  file.close()
  await database.close()
})

/** The statements that a storage function sends, without sending them. */
async function statementsOf(work: (executor: Executor) => Promise<unknown>): Promise<CompiledQuery[]> {
  const statements: CompiledQuery[] = []
  class Recorder extends DummyDriver {
    override async acquireConnection() {
      return {
        executeQuery: async (query: CompiledQuery) => {
          statements.push(query)
          return { rows: [] }
        },
        async *streamQuery() {},
      }
    }
  }
  const executor = new Kysely<Tables>({
    dialect: {
      createDriver: () => new Recorder(),
      createAdapter: () => new SqliteAdapter(),
      createQueryCompiler: () => new SqliteCompiler(),
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
  })
  await work(executor)
  return statements
}

function planOf({ sql, parameters }: CompiledQuery): string {
  const steps = file.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[]
  return steps.map(({ detail }) => detail).join('\n')
}

const page = { limit: 51, order: 'desc' } as const

// SQLite guesses without figures, and once guessed that reading all identifiers of a store finds one as fast.
it.each<[string, (executor: Executor) => Promise<unknown>, string]>([
  ['Lookup', (db) => findIdentifierOwners(db, scope, KEYS[0] ?? { idType: '', value: '' }), 'id_type=? AND value=?'],
  ['the owners of a batch', (db) => selectIdentifierOwners(db, scope, KEYS), 'id_type=? AND value=?'],
  ['the identifiers of a batch', (db) => readOne(db, queryIdentifiers(db, scope, ['p', 'q'])), 'profile_id=?'],
  [
    'the oldest text that waits',
    (db) => findOldestText(db, 'summary'),
    'encoding_queue_by_memory (memory_id>? AND memory_id<?)',
  ],
  ['a profile', (db) => findProfile(db, scope, 'p'), 'store_id=? AND id=?'],
  ['the profiles of a batch', (db) => readOne(db, queryLockedProfiles(db, scope, ['p', 'q'])), 'store_id=? AND id=?'],
  ['a page of profiles', (db) => selectProfileIds(db, scope, { ...page, after: 'p' }), 'store_id=? AND id<?'],
  ['where a merged profile is', (db) => findCanonicalId(db, scope, 'p'), 'store_id=? AND profile_id=?'],
  ['who was merged', (db) => selectMergesInto(db, scope, 'p', page), 'canonical_id=?'],
  ['a page of observations', (db) => selectObservationPage(db, scope, 'p', {}, page), 'profile_id=?'],
  ['a page of an index', (db) => selectIndexedMemories(db, scope, 'p', 'observation', 'o', 9), 'profile_id=? AND id>?'],
  [
    'the vectors of a page',
    (db) => selectVectorsOf(db, scope, 'p', 'm', { first: 'o', last: 'q' }),
    'profile_id=? AND memory_id>? AND memory_id<?',
  ],
  [
    'what is new in an index',
    (db) => selectIndexedMemoriesSince(db, scope, 'p', 'summary', behindChange(5), 9),
    'profile_id=? AND (change,id)>(?,?)',
  ],
  [
    'vectors that are new',
    (db) => selectVectorsSince(db, scope, 'p', 'm', { ...behindChange(5), chunk: 0 }, 9),
    'profile_id=? AND (change,memory_id)>(?,?)',
  ],
  [
    'what was deleted',
    (db) => selectDeletionsSince(db, scope, 'p', behindChange(5), 9),
    'profile_id=? AND (change,memory_id)>(?,?)',
  ],
])('%s is searched for by as much of a key as there is', async (_, work, wanted) => {
  const statements = await statementsOf(work)
  expect(statements.length).toBeGreaterThan(0)
  for (const statement of statements) {
    expect(planOf(statement)).toContain(wanted)
    expect(planOf(statement)).not.toMatch(/\(store_id=\?\)|SCAN/)
  }
})
