import { randomBytes } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { type Ended, runCli, runCliAndKill } from '../support/cli.js'
import { findPostgres, startCluster } from '../support/postgres-cluster.js'
import { createProfile } from '../support/profile.js'
import { findContradictionsIn } from './database.js'
import { createRestartable, randomBetween } from './restart.js'

const EVENTS = 60_000
const UPLOAD_BYTES = 24 * 1024 * 1024
const STORE = 'mem_store_01arz3ndektsv4rrffq69g5fav'
const IMPORT = 'mem_import_01arz3ndektsv4rrffq69g5fav'
const UPLOAD = `${IMPORT}-${'0'.repeat(32)}.csv`

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recollect-fault-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A data folder with many rows, and an import that waits with a large file. */
async function newSource(): Promise<string> {
  const dataDir = await newFolder()
  expect((await runCli(['account', 'create'], { RECOLLECT_DATA_DIR: dataDir })).code).toBe(0)
  await mkdir(join(dataDir, 'uploads'))
  await writeFile(join(dataDir, 'uploads', UPLOAD), randomBytes(UPLOAD_BYTES))
  const db = new SqliteDatabase(join(dataDir, 'recollect.db'))
  const event = db.prepare(`insert into event values ('${STORE}', ?, 'type', ?, 'RQ1', 'AC1', '{}', ?, '', '')`)
  db.transaction(() => {
    for (let index = 0; index < EVENTS; index += 1) event.run(`event-${index}`, `mem_profile_${index}\0`, index)
    db.prepare(
      `insert into import values ('${STORE}', ?, 'f.csv', ?, '[]', 'PROCESSING', 0, 0, 0, 0, null, 1, 1, 1, '')`,
    ).run(IMPORT, UPLOAD_BYTES)
    const payload = JSON.stringify({ importId: IMPORT, blob: UPLOAD })
    db.prepare(
      `insert into job values ('job', '${STORE}', 'import', 'lane', 'QUEUED', 1, 0, null, null, ?, null, null, 'RQ1', 'AC1', 1, 1)`,
    ).run(payload)
  })()
  db.close()
  return dataDir
}

function readEverything(dataDir: string): Record<string, unknown[]> {
  const db = new SqliteDatabase(join(dataDir, 'recollect.db'), { readonly: true })
  try {
    const tables = db
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
      .pluck()
    const names = (tables.all() as string[]).filter((name) => name !== 'schema_migration')
    return Object.fromEntries(names.map((name) => [name, db.prepare(`select * from "${name}"`).raw().all()]))
  } finally {
    db.close()
  }
}

/** Runs a command again and again, killed at any moment of its work, until it is through. @returns how often it was killed */
async function runThroughKills(
  args: readonly string[],
  env: Record<string, string>,
  { maxMs, afterKill = async () => undefined }: { maxMs: number; afterKill?: (kills: number) => Promise<void> },
): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    // Later each time, so that it ends soon however busy the machine is.
    const ended: Ended = await runCliAndKill(args, env, /^\w/, randomBetween(0, maxMs) * 1.25 ** kills)
    // Killed after its end, it is through as well.
    if (ended.code === 0 || ended.stdout !== '') return kills
    if (kills > 0 && ended.stderr.includes('the target is not empty')) return kills
    expect(ended).toMatchObject({ code: 'SIGKILL' })
    await afterKill(kills + 1)
  }
}

it.skipIf((await findPostgres()) === undefined)(
  'a copy to PostgreSQL and one back, killed at any moment, end with everything; the database may crash too',
  async () => {
    const cluster = await startCluster()
    onTestFinished(() => cluster.remove())
    const source = await newSource()
    const expected = readEverything(source)
    const there = ['copy', '--from', `sqlite:${source}`, '--to', cluster.url]
    const crash = async (kills: number) => {
      if (kills > 2) return
      await cluster.stop('immediate')
      await cluster.start()
    }
    expect(await runThroughKills(there, {}, { maxMs: 900, afterKill: crash })).toBeGreaterThan(0)

    // As docs/operating.md says it.
    const restored = cluster.url.replace(/postgres$/, 'restored')
    await cluster.run('pg_dump', ['--format=custom', '--no-owner', '--file=recollect.dump', cluster.url])
    await cluster.run('createdb', [`--maintenance-db=${cluster.url}`, 'restored'])
    const options = ['--exit-on-error', '--no-owner', '--single-transaction', `--dbname=${restored}`]
    await cluster.run('pg_restore', [...options, 'recollect.dump'])

    const back = await newFolder()
    const kills = await runThroughKills(['copy', '--from', restored, '--to', `sqlite:${back}`], {}, { maxMs: 900 })
    expect(kills).toBeGreaterThan(0)
    expect(readEverything(back)).toEqual(expected)
    expect(await readdir(join(back, 'uploads'))).toEqual([UPLOAD])
    const [before, after] = await Promise.all([source, back].map((folder) => readFile(join(folder, 'uploads', UPLOAD))))
    expect(after?.equals(before ?? Buffer.alloc(0))).toBe(true)
  },
)

it('backups of a server at work, killed at any moment, are whole or not there; a restore goes on', async () => {
  const folder = await createRestartable()
  const server = await folder.start()
  const api = createApi(server)
  const store = await createStore(api)
  let isWriting = true
  const acknowledged: string[] = []
  const writing = Array.from({ length: 8 }, async (_, writer) => {
    for (let index = 0; isWriting; index += 1) {
      acknowledged.push(await createProfile(api, store, { Contact: { email: `w${writer}-${index}@example.com` } }))
    }
  })
  const backups = await newFolder()
  const file = join(backups, 'whole')
  const env = { RECOLLECT_DATA_DIR: folder.dataDir }
  let before: string[] = []
  try {
    for (let round = 0; round < 10; round += 1) {
      const name = join(backups, `killed-${round}`)
      const { code } = await runCliAndKill(['backup', name], env, /^\w/, randomBetween(0, 150))
      const isThere = await access(name).then(
        () => true,
        () => false,
      )
      if (code === 0) expect(isThere).toBe(true)
      if (isThere) expect(await findContradictionsIn(name)).toEqual({})
    }
    before = [...acknowledged]
    expect(await runCli(['backup', file], env)).toMatchObject({ code: 0 })
  } finally {
    isWriting = false
    await Promise.all(writing)
  }
  const restored = await newFolder()
  await runThroughKills(['restore', file], { RECOLLECT_DATA_DIR: restored }, { maxMs: 100 })
  const found = join(restored, 'recollect.db')
  expect(await findContradictionsIn(found)).toEqual({})
  const db = new SqliteDatabase(found, { readonly: true })
  expect(db.prepare('select id from profile').pluck().all()).toEqual(expect.arrayContaining(before))
  db.close()
})
