import { dropTestDatabases } from './engine.js'
import { findPostgres, startCluster } from './postgres-cluster.js'

/** Nothing to lose here: a test that needs what survives a crash starts a cluster of its own. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=400']

let cleanUp = async (): Promise<void> => undefined

/**
 * Finds the PostgreSQL of this run: the one of TEST_DATABASE_URL, whose user must be allowed to create databases, or a
 * private one that ends with the run.
 *
 * @throws Error in CI when there is none; elsewhere it says so and the tests are skipped
 */
export async function setup(): Promise<void> {
  const given = process.env.TEST_DATABASE_URL
  if (given !== undefined) {
    cleanUp = () => dropTestDatabases(given)
    return
  }
  if ((await findPostgres()) === undefined && process.env.CI === undefined) {
    console.warn(
      '\n*** NOT TESTED ON POSTGRESQL: no server programs here. Install them or set TEST_DATABASE_URL. ***\n',
    )
    process.exit(0)
  }
  const cluster = await startCluster({ settings: FAST })
  process.env.TEST_DATABASE_URL = cluster.url
  cleanUp = () => cluster.remove()
}

export async function teardown(): Promise<void> {
  await cleanUp()
}
