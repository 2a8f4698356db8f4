import { readdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it } from 'vitest'
import { findContradictionsIn } from '../faults/database.js'
import { createApi, createStore } from '../support/api.js'
import { linesOf, runCli, runCliAndKill } from '../support/cli.js'
import { engine } from '../support/engine.js'
import { temporaryFolder } from '../support/folder.js'
import { createProfile } from '../support/profile.js'
import { changeMigrations, insertEvents, newDatabaseEnv, openRows } from '../support/rows.js'
import { expectSample, fillStore } from '../support/sample.js'
import { serveUntilEnd } from '../support/serve.js'

async function newFile(): Promise<string> {
  return join(await temporaryFolder(), 'recollect.backup')
}

/** Restores a backup into a new database of an engine and serves it. */
async function restoreAndServe(file: string, accounts: Parameters<typeof serveUntilEnd>[1], kind?: 'sqlite') {
  const env = await newDatabaseEnv(kind)
  const { code, stdout, stderr } = await runCli(['restore', file], env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('recollect:') })
  expect(stdout).toMatch(/^Restored \d+ rows of \d+ tables and \d uploaded file\(s\); both sides are the same\.\n$/)
  return serveUntilEnd(env, accounts)
}

it('backs up a server at work, with the files its imports wait for, for either engine', async () => {
  const env = await newDatabaseEnv()
  const old = await serveUntilEnd(env)
  const sample = await fillStore(old, 4000)
  const file = await newFile()
  const { code, stdout } = await runCli(['backup', file], env)
  expect(code).toBe(0)
  expect(stdout).toMatch(/recollect\.backup: \d+\.\d MB\n$/)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(dirname(file))).toEqual([basename(file)])
  await old.kill('SIGKILL')

  const accounts = { account: old.account, stranger: old.stranger }
  await expectSample(await restoreAndServe(file, accounts), sample)
  if (engine === 'postgres') await expectSample(await restoreAndServe(file, accounts, 'sqlite'), sample)
}, 60_000)

it('holds every write acknowledged before it began, and none by half, while writes go on', async () => {
  const env = await newDatabaseEnv()
  const server = await serveUntilEnd(env)
  const store = await createStore(createApi(server))
  let isWriting = true
  const acknowledged = new Set<string>()
  const writing = Array.from({ length: 4 }, async (_, writer) => {
    for (let index = 0; isWriting; index += 1) {
      const name = `${writer}-${index}`
      const traits = { Contact: { email: `writer-${name}@example.com`, chat: `chat-${name}` } }
      acknowledged.add(await createProfile(createApi(server), store, traits))
    }
  })
  try {
    for (let round = 0; round < 3; round += 1) {
      const before = [...acknowledged]
      const file = await newFile()
      expect(await runCli(['backup', file], env)).toMatchObject({ code: 0 })
      expect(await findContradictionsIn(file)).toEqual({})
      const ids = select(file, 'select id from profile')
      expect(ids).toEqual(expect.arrayContaining(before))
      expect(select(file, 'select count(*) from identifier')).toEqual([2 * ids.length])
    }
  } finally {
    isWriting = false
    await Promise.all(writing)
  }
  expect(acknowledged.size).toBeGreaterThan(10)
})

/** The first column of what a backup answers. */
function select(file: string, statement: string): unknown[] {
  const db = new SqliteDatabase(file, { readonly: true })
  try {
    return db.prepare(statement).pluck().all()
  } finally {
    db.close()
  }
}

it('leaves nothing of that name when it is killed, and begins anew the next time', async () => {
  const env = await newDatabaseEnv()
  await insertEvents(await openRows(env), 20_000)
  const file = await newFile()
  const killed = await runCliAndKill(['backup', file], env, /Backing up/)
  expect(killed).toMatchObject({ code: 'SIGKILL', stdout: '' })
  expect(await readdir(dirname(file))).not.toContain(basename(file))

  expect(await runCli(['backup', file], env)).toMatchObject({ code: 0 })
  expect(await readdir(dirname(file))).toEqual([basename(file)])
  expect(select(file, 'select count(*) from event')).toEqual([20_000])
})

it('refuses to write over a file', async () => {
  const env = await newDatabaseEnv()
  await openRows(env)
  const file = await newFile()
  await writeFile(file, 'precious')
  const { code, stderr } = await runCli(['backup', file], env)
  expect({ code, stderr }).toEqual({ code: 1, stderr: `recollect: ${file} exists already: give a new name\n` })
  expect((await stat(file)).size).toBe('precious'.length)
})

it('refuses a folder that is not there to write to', async () => {
  const env = await newDatabaseEnv()
  await openRows(env)
  const { code, stdout, stderr } = await runCli(['backup', join(await temporaryFolder(), 'no', 'file')], env)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(linesOf(stderr).at(-1)).toMatch(/^recollect: there is no folder /)
})

it('refuses a data folder without a database, and makes none', async () => {
  const dataDir = join(await temporaryFolder(), 'nothing')
  const { code, stderr } = await runCli(['backup', await newFile()], { RECOLLECT_DATA_DIR: dataDir, DATABASE_URL: '' })
  expect({ code, stderr }).toEqual({ code: 1, stderr: `recollect: there is no database in ${dataDir}\n` })
  await expect(readdir(dataDir)).rejects.toThrow('ENOENT')
})

it('refuses a database of another schema', async () => {
  const env = await newDatabaseEnv()
  const db = await openRows(env)
  const file = await newFile()
  await changeMigrations(db, async (migrations) => {
    await migrations.deleteFrom('schema_migration').where('name', '=', '0003-nodes').execute()
  })
  const older = await runCli(['backup', file], env)
  expect(older).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('lacks 0003-nodes') })
  await changeMigrations(db, async (migrations) => {
    await migrations.insertInto('schema_migration').values({ name: '9999-later', applied_at: 1 }).execute()
  })
  const newer = await runCli(['backup', file], env)
  expect(newer).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('newer than this program') })
  expect(await readdir(dirname(file))).toEqual([])
})
