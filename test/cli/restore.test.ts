import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it } from 'vitest'
import { linesOf, runCli, runCliAndKill } from '../support/cli.js'
import { temporaryFolder } from '../support/folder.js'
import { insertAny, insertEvents, listTables, newDatabaseEnv, openRows, readEverything } from '../support/rows.js'

/** A backup of a database with a number of events and a row before them. */
async function newBackup(events: number): Promise<{ file: string; env: Record<string, string> }> {
  const env = await newDatabaseEnv()
  const db = await openRows(env)
  await insertEvents(db, events)
  await insertAny(db, 'server_state', [{ name: 'signing-key', value: 'a key' }])
  const file = join(await temporaryFolder(), 'backup')
  expect(await runCli(['backup', file], env)).toMatchObject({ code: 0 })
  return { file, env }
}

function change(file: string, statement: string): void {
  const db = new SqliteDatabase(file)
  db.exec(statement)
  db.close()
}

it('goes on where it was killed; no server starts before it has ended', async () => {
  const backup = await newBackup(20_000)
  const env = await newDatabaseEnv()
  const killed = await runCliAndKill(['restore', backup.file], env, /Restoring[\s\S]*server_state: 1 rows/)
  expect(killed).toMatchObject({ code: 'SIGKILL', stdout: '' })
  const served = await runCli(['serve'], { ...env, PORT: '0' })
  expect(served).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('has not ended') })

  const resumed = await runCli(['restore', backup.file], env)
  expect(resumed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Restored 20001 rows/),
    stderr: expect.stringMatching(/^Restoring: 20001 rows, [1-9]\d* of them done before\n/m),
  })
  expect(await readEverything(await openRows(env))).toEqual(await readEverything(await openRows(backup.env)))
})

it('does not go on with another backup', async () => {
  const [one, other] = [await newBackup(9000), await newBackup(1)]
  const env = await newDatabaseEnv()
  expect(await runCliAndKill(['restore', one.file], env, /Restoring[\s\S]*server_state: 1 rows/)).toMatchObject({
    code: 'SIGKILL',
  })
  const { code, stdout, stderr } = await runCli(['restore', other.file], env)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('an unfinished copy of something else')
})

it('refuses a database that holds something', async () => {
  const { file } = await newBackup(1)
  const env = await newDatabaseEnv()
  await runCli(['account', 'create'], env)
  const before = await readEverything(await openRows(env))
  const { code, stdout, stderr } = await runCli(['restore', file], env)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(linesOf(stderr).at(-1)).toMatch(/^recollect: the target is not empty/)
  expect(await readEverything(await openRows(env))).toEqual(before)
})

it.each([
  [
    'a value that was changed',
    "update event set data = '[]' where id = 'event-000000000'",
    /event is not what was backed up/,
  ],
  ['a row that is gone', "delete from event where id = 'event-000000000'", /event is not what was backed up/],
  [
    'a digest of a table that is none of ours',
    "insert into backup_digest select 'sqlite_master', backup_id, 1, digest from backup_digest limit 1",
    /sqlite_master is not what was backed up/,
  ],
  ['no database of Recollect', 'drop table schema_migration', /is no backup of Recollect/],
])('refuses a backup with %s before it writes anything', async (_, statement, reason) => {
  const { file } = await newBackup(3)
  change(file, statement)
  const env = await newDatabaseEnv('sqlite')
  const { code, stdout, stderr } = await runCli(['restore', file], env)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(reason)
  expect(await readdir(env.RECOLLECT_DATA_DIR ?? '')).toEqual([])
})

it('refuses a file that was cut off, one that is something else, and one that is not there', async () => {
  const { file } = await newBackup(3000)
  const folder = await temporaryFolder()
  const whole = await readFile(file)
  await writeFile(join(folder, 'cut'), whole.subarray(0, whole.length / 2))
  await writeFile(join(folder, 'text'), 'Not a backup, but a text of some length.'.repeat(100))
  const env = await newDatabaseEnv('sqlite')
  for (const name of ['cut', 'text', 'nothing']) {
    const { code, stdout, stderr } = await runCli(['restore', join(folder, name)], env)
    expect({ code, stdout }, name).toEqual({ code: 1, stdout: '' })
    expect(linesOf(stderr), name).toEqual([expect.stringMatching(/^recollect: .*(damaged|there is no file)/)])
  }
  expect(await readdir(env.RECOLLECT_DATA_DIR ?? '')).toEqual([])
})

it('takes a plain copy of a database file, and says that it has no checksums', async () => {
  const source = await newDatabaseEnv('sqlite')
  const db = await openRows(source)
  await insertAny(db, 'identity_settings', [
    { store_id: 'mem_store_01arz3ndektsv4rrffq69g5fav', settings: '{}', version: 1, updated_at: 1 },
  ])
  const file = join(await temporaryFolder(), 'copy.db')
  const connection = new SqliteDatabase(join(source.RECOLLECT_DATA_DIR ?? '', 'recollect.db'))
  await connection.backup(file)
  connection.close()
  const env = await newDatabaseEnv()
  const { code, stderr } = await runCli(['restore', file], env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('has no checksums') })
  expect(await readEverything(await openRows(env))).toEqual(await readEverything(db))
})

it('brings a backup of an older version up to this one, and leaves the file as it is', async () => {
  const { file } = await newBackup(5)
  // As 0003-nodes found it.
  change(
    file,
    `drop table blob; drop table blob_part; drop index encoding_queue_by_memory; alter table encoding_queue drop column claimed_until;
     delete from schema_migration where name = '0003-nodes';
     delete from backup_digest where table_name in ('blob', 'blob_part', 'encoding_queue')`,
  )
  const kept = `${file}.kept`
  await copyFile(file, kept)
  const env = await newDatabaseEnv()
  expect(await runCli(['restore', file], env)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Restored 6 rows/),
  })
  expect(await readFile(file)).toEqual(await readFile(kept))
  const restored = await openRows(env)
  expect((await listTables(restored)).map(({ name }) => name)).toContain('blob_part')
  expect((await readEverything(restored)).event).toHaveLength(5)
})
