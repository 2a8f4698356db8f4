import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildOpenApiDocument } from '../../src/contract/openapi.js'
import { EXERCISES } from '../conformance/exercises/index.js'
import { listOperations, type OpenApiDocument } from '../conformance/open-api.js'
import { send } from '../conformance/send.js'
import { createWorld, type World } from '../conformance/world.js'
import { createApi, createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { newDataDir } from '../support/database.js'
import { startCluster } from '../support/postgres-cluster.js'
import { jobsQueued } from '../support/profile.js'
import { startServer, type TestServer } from '../support/server.js'
import { type Exception, findUnbound, isBoundToStore } from './statements.js'

/** The queue of texts is one for the whole server, like that of jobs: nodes take what is next, whose ever it is. */
const EXCEPTIONS: readonly Exception[] = [
  { pattern: /^update "encoding_queue" set "claimed_until"/, why: 'a node claims the next texts' },
  { pattern: /^select "memory_id" from "encoding_queue" where "claimed_until" <= /, why: 'a node looks for texts' },
  {
    pattern: /^select count\(\*\) as "count" from \(select "memory_id" from "encoding_queue" limit \S+\) as "some"$/,
    why: 'the length of the queue is a metric, counted so far',
  },
  {
    pattern:
      /^select min\("(observation|summary)"\."updated_at"\) as "oldest" from \(select .* from "encoding_queue" where "memory_id" >= /,
    why: 'the age of the queue is a metric',
  },
  {
    pattern: /^select "store_id" from "account_store" where "account_sid" = /,
    why: 'the audit is of an account: which stores it had',
  },
  {
    pattern: /^insert into "account_store" .* from "store" where not exists/,
    why: 'stores that a node of a version before created, once an hour',
  },
  {
    pattern: /^select "store_id", "next_run_at" from "retention" where "next_run_at" <= /,
    why: 'what is due, by an index',
  },
  {
    pattern: /^select "store_id", "id" from "import" where "status" in .* and "updated_at" < /,
    why: 'reports that are too old, of all stores, once an hour',
  },
  { pattern: /^select \* from "operation" where "account_sid" = /, why: 'an operation is read by its account' },
  {
    pattern: /^select "store_id", "conversation_id", "id", "data" from "communication" where \("store_id", /,
    why: 'a migration reads everything once',
  },
  { pattern: /^select "id" from "(observation|summary)" limit \$\d+$/, why: 'the first memory warms the encoder up' },
]

/** A server on a cluster that keeps every distinct statement it was sent. */
async function startRecorded(): Promise<{
  server: TestServer
  select: <Row extends pg.QueryResultRow>(sql: string) => Promise<Row[]>
}> {
  const settings = ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.max=10000', 'fsync=off']
  const cluster = await startCluster({ settings })
  onTestFinished(() => cluster.remove())
  const client = new pg.Client({ connectionString: cluster.url })
  await client.connect()
  await client.query('create extension pg_stat_statements')
  const dataDir = await newDataDir()
  const server = await startServer({ dataDir, env: { DATABASE_URL: cluster.url } })
  onTestFinished(async () => {
    await server.stop()
    await client.end()
  })
  return { server, select: async (sql) => (await client.query(sql)).rows }
}

/** Calls every operation in every way that is known to be answered. */
async function callEverything(server: TestServer, world: World): Promise<void> {
  for (const operation of listOperations(buildOpenApiDocument('0') as OpenApiDocument)) {
    const exercise = EXERCISES[operation.operationId]
    if (exercise === undefined) continue
    for (const make of [exercise.success, ...Object.values(exercise.others ?? {})]) {
      await send(server, operation, await make(world))
    }
  }
}

/** What goes on behind the answers: an import, changed rules, removed traits, a deleted store. */
async function letJobsRun(server: TestServer): Promise<void> {
  const api = createApi(server)
  const store = await createStore(api)
  const mappings = { mail: 'Contact.email', name: 'Contact.firstName' }
  const csv = 'mail,name\na@example.com,Ada\nnobody,\na@example.com,Bob\n'
  await importEnd(api, store, await uploadCsv(api, store, csv, mappings))
  const settings = `/v1/ControlPlane/Stores/${store}/IdentityResolutionSettings`
  const { body } = await api('GET', settings)
  const identifierConfigs = body.identifierConfigs.map((config: { idType: string }) =>
    config.idType === 'chat' ? { ...config, normalization: 'lowercase' } : config,
  )
  await api('PUT', settings, { ...body, identifierConfigs })
  await api('PATCH', `/v1/ControlPlane/Stores/${store}/TraitGroups/Contact`, { traits: { city: { dataType: '' } } })
  await eventually(
    () => jobsQueued(server.url),
    (count) => count === 0,
  )
  await api('DELETE', `/v1/ControlPlane/Stores/${store}`)
  await eventually(
    () => jobsQueued(server.url),
    (count) => count === 0,
  )
}

describe('every statement on a table of tenants', () => {
  it('names the store it is about, so that a distributed engine asks one shard', async () => {
    const { server, select } = await startRecorded()
    const world = await createWorld(server)
    await callEverything(server, world)
    await letJobsRun(server)
    const tables = await select<{ name: string }>(
      "select table_name as name from information_schema.columns where column_name = 'store_id' and table_schema = 'public'",
    )
    const tenantTables = new Set(tables.map(({ name }) => name).filter((name) => name !== 'job'))
    const rows = await select<{ query: string }>(
      "select query from pg_stat_statements where query ~* '^(select|insert|update|delete|with)' and query !~ 'pg_stat_statements'",
    )
    const statements = rows.map(({ query }) => query.replaceAll(/\s+/g, ' ').trim())
    expect(tenantTables.size).toBeGreaterThan(15)
    expect(statements.length).toBeGreaterThan(150)
    for (const table of tenantTables)
      expect(
        statements.some((sql) => sql.includes(table)),
        table,
      ).toBe(true)
    expect(findUnbound(statements, tenantTables, EXCEPTIONS)).toEqual({ unbound: [], unused: [] })
  }, 60_000)

  it.each([
    ['select "id" from "profile" where "id" = $1', false],
    ['select "id" from "profile" where "store_id" = $1 and "id" = $2', true],
    ['select "p"."id" from "profile" as "p" join "event" on true where "store_id" = $1', false],
    [
      'delete from "event" where store_id = $1 and "id" in (select "id" from "event" where store_id = $2 limit $3)',
      true,
    ],
    ['insert into "event" ("id") values ($1)', false],
    ['insert into "event" ("store_id","id") values ($1,$2)', true],
    ['update "profile" set "traits" = $1', false],
    ['select "sid" from "account"', true],
  ])('%s: %s', (sql, bound) => {
    expect(isBoundToStore(sql, new Set(['profile', 'event']))).toBe(bound)
  })
})
