import { rmSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import pg from 'pg'
import type { Size } from './options.js'
import { type Spread, spreadOf } from './statistics.js'

/**
 * How many transactions a second this disk takes when nothing but the database is asked: the bound of everything that
 * answers after its commit. Two measurements an engine: one small row a transaction, one after the other, and what the
 * engine offers to do better.
 */
export interface CommitLimit {
  readonly engine: 'sqlite' | 'postgres'
  /** Transactions a second of one row each, one at a time. */
  readonly alone: Spread
  /** SQLite: transactions of 16 rows. PostgreSQL: transactions of one row on 16 connections at once. */
  readonly many: Spread
}

export const MANY = 16
const TEXT = 'x'.repeat(100)

interface Writer {
  alone(seconds: number): Promise<number>
  many(seconds: number): Promise<number>
  close(): Promise<void>
}

/** Measures both in turns, as often as there are rounds. */
export async function measureCommitLimit(
  { rounds, seconds }: Size,
  folder: string,
  databaseUrl: string | undefined,
): Promise<CommitLimit> {
  const writer = databaseUrl === undefined ? openSqliteWriter(folder) : await openPostgresWriter(databaseUrl)
  const alone: number[] = []
  const many: number[] = []
  try {
    await writer.alone(seconds / 4)
    for (let round = 0; round < rounds; round += 1) {
      alone.push(await writer.alone(seconds))
      many.push(await writer.many(seconds))
    }
  } finally {
    await writer.close()
  }
  return {
    engine: databaseUrl === undefined ? 'sqlite' : 'postgres',
    alone: spreadOf(alone),
    many: spreadOf(many),
  }
}

function openSqliteWriter(folder: string): Writer {
  const file = join(folder, 'commit-limit.db')
  const db = new SqliteDatabase(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('create table row (id integer primary key, value text not null)')
  const insert = db.prepare('insert into row (value) values (?)')
  const insertMany = db.transaction(() => {
    for (let row = 0; row < MANY; row += 1) insert.run(TEXT)
  })
  const count = async (seconds: number, write: () => unknown) => {
    const started = performance.now()
    let transactions = 0
    for (; performance.now() - started < seconds * 1000; transactions += 1) write()
    return (transactions / (performance.now() - started)) * 1000
  }
  return {
    alone: (seconds) => count(seconds, () => insert.run(TEXT)),
    many: (seconds) => count(seconds, insertMany),
    async close() {
      db.close()
      for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
    },
  }
}

async function openPostgresWriter(url: string): Promise<Writer> {
  const clients = await Promise.all(
    Array.from({ length: MANY }, async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      return client
    }),
  )
  const [first] = clients
  await first?.query('create schema bench')
  await first?.query('create table bench.row (id bigserial primary key, value text not null)')
  const insert = { name: 'insert', text: 'insert into bench.row (value) values ($1)', values: [TEXT] }
  const count = async (seconds: number, writing: readonly pg.Client[]) => {
    const started = performance.now()
    let transactions = 0
    const write = async (client: pg.Client) => {
      for (; performance.now() - started < seconds * 1000; transactions += 1) await client.query(insert)
    }
    await Promise.all(writing.map(write))
    return (transactions / (performance.now() - started)) * 1000
  }
  return {
    alone: (seconds) => count(seconds, clients.slice(0, 1)),
    many: (seconds) => count(seconds, clients),
    async close() {
      await first?.query('drop schema bench cascade')
      await Promise.all(clients.map((client) => client.end()))
    },
  }
}
