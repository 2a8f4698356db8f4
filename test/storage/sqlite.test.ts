import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { StorageUnavailableError } from '../../src/errors.js'
import type { Database } from '../../src/storage/database.js'
import { isMigrated, migrate, NewerDatabaseError } from '../../src/storage/migrate.js'
import { MIGRATIONS } from '../../src/storage/migrations/index.js'
import { openSqlite } from '../../src/storage/sqlite.js'
import { newDataDir } from '../support/database.js'

let dataDir: string
const opened: Database[] = []

beforeEach(async () => {
  dataDir = await newDataDir()
})
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close()
  rmSync(dataDir, { recursive: true, force: true })
})

function open(exclusive = true): Database {
  const db = openSqlite(dataDir, { now: Date.now, exclusive })
  opened.push(db)
  return db
}

async function close(db: Database): Promise<void> {
  opened.splice(opened.indexOf(db), 1)
  await db.close()
}

it('migrates once and finds nothing to do afterwards', async () => {
  const db = open()
  expect(await migrate(db, 1)).toEqual(MIGRATIONS.map(({ name }) => name))
  expect(await isMigrated(db)).toBe(true)
  expect(await migrate(db, 2)).toEqual([])
  await close(db)
  expect(await migrate(open(), 3)).toEqual([])
})

it('lets two starters race: one migrates, the other finds nothing to do', async () => {
  const [one, two] = [open(false), open(false)]
  const results = await Promise.all([migrate(one, 1), migrate(two, 1)])
  expect(results.flat()).toEqual(MIGRATIONS.map(({ name }) => name))
})

it('refuses a database that a newer program wrote, and leaves it as it is', async () => {
  const db = open()
  await migrate(db, 1)
  await db.transaction((trx) =>
    trx
      .insertInto('schema_migration' as 'server_state')
      .values({ name: '9999-future', applied_at: 1 } as never)
      .execute(),
  )
  await expect(migrate(db, 2)).rejects.toThrow(NewerDatabaseError)
  await expect(migrate(db, 2)).rejects.toThrow(/9999-future/)
  expect(await isMigrated(db)).toBe(false)
})

it('keeps everything when it is closed and opened again', async () => {
  const db = open()
  await migrate(db, 1)
  await db.transaction((trx) => trx.insertInto('server_state').values({ name: 'kept', value: 'x' }).execute())
  await close(db)
  const rows = await open().read.selectFrom('server_state').selectAll().execute()
  expect(rows).toEqual([{ name: 'kept', value: 'x' }])
})

it('refuses a second server of the folder, lets commands write beside it, and is free after the close', async () => {
  const db = open()
  await migrate(db, 1)
  expect(() => openSqlite(dataDir, { now: Date.now, exclusive: true })).toThrow(StorageUnavailableError)
  expect(() => openSqlite(dataDir, { now: Date.now, exclusive: true })).toThrow(/another process serves/)
  const beside = open(false)
  expect([db.exclusive, beside.exclusive]).toEqual([true, false])
  await beside.transaction((trx) => trx.insertInto('server_state').values({ name: 'beside', value: 'x' }).execute())
  expect(await db.read.selectFrom('server_state').select('name').execute()).toEqual([{ name: 'beside' }])
  await close(db)
  expect(open().exclusive).toBe(true)
})

it('refuses a folder that another process serves, until that process is killed', async () => {
  const child = spawn(process.execPath, ['-e', HOLD_LOCK, join(dataDir, 'recollect.lock')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    if (child.stdout === null) throw new Error('the child has no output')
    await once(createInterface({ input: child.stdout }), 'line')
    expect(() => openSqlite(dataDir, { now: Date.now, exclusive: true })).toThrow(/another process serves/)
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    expect(open().exclusive).toBe(true)
  } finally {
    child.kill('SIGKILL')
  }
})

/** Takes the lock as the server does, and keeps it until it is killed. */
const HOLD_LOCK = `
  const lock = new (require('better-sqlite3'))(process.argv[1])
  lock.pragma('locking_mode = EXCLUSIVE')
  lock.exec('begin exclusive')
  console.log('locked')
  process.stdin.resume()
`

it('cannot use a folder that is a file', () => {
  rmSync(dataDir, { recursive: true })
  writeFileSync(dataDir, '')
  expect(() => openSqlite(dataDir, { now: Date.now, exclusive: true })).toThrow(StorageUnavailableError)
})

it('keeps its folder to its own user', async () => {
  rmSync(dataDir, { recursive: true })
  const db = open()
  await migrate(db, 1)
  expect(statSync(dataDir).mode & 0o077).toBe(0)
  expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['recollect.db', 'recollect.lock']))
  expect(await db.size()).toBeGreaterThan(0)
  await db.ping()
})
