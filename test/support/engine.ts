import { createHash } from 'node:crypto'
import pg from 'pg'

/** Which engine this run of the tests is on; vitest.postgres.config.ts sets the other one. */
export const engine: 'sqlite' | 'postgres' = process.env.TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite'

const made = new Map<string, Promise<void>>()

/** Settings of the database that belongs to a data folder; on PostgreSQL it is made when it is not there yet. */
export async function databaseEnv(dataDir: string | undefined): Promise<Record<string, string>> {
  if (engine === 'sqlite' || dataDir === undefined) return {}
  const server = process.env.TEST_DATABASE_URL
  if (server === undefined) throw new Error('TEST_DATABASE_URL says where PostgreSQL is')
  const name = `recollect_test_${createHash('sha256').update(dataDir).digest('hex').slice(0, 24)}`
  const creation = made.get(name) ?? createDatabase(server, name)
  made.set(name, creation)
  await creation
  const url = new URL(server)
  url.pathname = `/${name}`
  return { DATABASE_URL: url.href }
}

const DUPLICATE_DATABASE = '42P04'

async function createDatabase(server: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(`create database ${name}`)
  } catch (error) {
    if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error
  } finally {
    await client.end()
  }
}

/** Removes the databases of all tests. */
export async function dropTestDatabases(server: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    "select datname from pg_database where datname like 'recollect_test_%'",
  )
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  await client.end()
}
