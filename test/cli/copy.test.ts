import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { linesOf, runCli, runCliAndKill } from '../support/cli.js'
import { engine } from '../support/engine.js'
import { temporaryFolder } from '../support/folder.js'
import { insertEvents, newDatabaseEnv, openRows, readEverything } from '../support/rows.js'
import { expectSample, fillStore } from '../support/sample.js'
import { serveUntilEnd } from '../support/serve.js'

/** The source is SQLite, the target is the engine of this run. */
async function newTarget(): Promise<{ address: string; env: Record<string, string> }> {
  const env = await newDatabaseEnv()
  return { address: env.DATABASE_URL || `sqlite:${env.RECOLLECT_DATA_DIR}`, env }
}

async function newSource(events: number): Promise<Record<string, string>> {
  const env = await newDatabaseEnv('sqlite')
  await insertEvents(await openRows(env), events)
  return env
}

describe('copy', () => {
  it('takes a served data folder with everything in it to another database', async () => {
    const from = await newDatabaseEnv('sqlite')
    const old = await serveUntilEnd(from)
    const sample = await fillStore(old)
    await old.kill('SIGKILL')

    const target = await newTarget()
    const args = ['copy', '--from', `sqlite:${from.RECOLLECT_DATA_DIR}`, '--to', target.address]
    const { code, stdout, stderr } = await runCli(args)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^Copying: \d+ rows\n(.+\n)+Comparing: /),
    })
    expect(stdout).toMatch(/^Copied \d+ rows of \d+ tables and 2 uploaded file\(s\); both sides are the same\.\n$/)

    const server = await serveUntilEnd(target.env, { account: old.account, stranger: old.stranger })
    await expectSample(server, sample)
    const uploads = await readdir(join(target.env.RECOLLECT_DATA_DIR ?? '', 'uploads')).catch(() => 'none')
    expect(uploads).toEqual(engine === 'sqlite' ? [] : 'none')
  }, 60_000)

  it('goes on where it was killed, and no server starts before it has ended', async () => {
    const from = await newSource(20_000)
    const target = await newTarget()
    const args = ['copy', '--from', `sqlite:${from.RECOLLECT_DATA_DIR}`, '--to', target.address]
    // The line comes when the next table's first rows are committed.
    await (await openRows(from)).transaction((trx) =>
      trx.insertInto('server_state').values({ name: 'before', value: 'the events' }).execute(),
    )
    const killed = await runCliAndKill(args, {}, /server_state: 1 rows/)
    expect(killed).toMatchObject({ code: 'SIGKILL', stdout: '' })

    for (const command of [['serve'], ['account', 'list']]) {
      const refused = await runCli(command, { ...target.env, PORT: '0' })
      expect(refused).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('has not ended') })
    }
    const resumed = await runCli(args)
    expect(resumed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Copying: 20001 rows, [1-9]\d* of them done before\n/),
    })
    const copied = await readEverything(await openRows(target.env))
    expect(copied).toEqual(await readEverything(await openRows(from)))
    expect(copied).not.toHaveProperty('copy_progress')
  })

  it('refuses a source that is served, and one that is not there', async () => {
    const from = await newDatabaseEnv('sqlite')
    await serveUntilEnd(from)
    const { address } = await newTarget()
    const served = await runCli(['copy', '--from', `sqlite:${from.RECOLLECT_DATA_DIR}`, '--to', address])
    expect(served).toMatchObject({ code: 69, stderr: expect.stringContaining('another process serves') })

    const nowhere = join(await temporaryFolder(), 'nowhere')
    const missing = await runCli(['copy', '--from', `sqlite:${nowhere}`, '--to', address])
    expect(missing).toEqual({ code: 1, stdout: '', stderr: `recollect: there is no database in ${nowhere}\n` })
    await expect(readdir(nowhere)).rejects.toThrow('ENOENT')
  })

  it('refuses a target that holds something', async () => {
    const from = await newSource(1)
    const target = await newTarget()
    await runCli(['account', 'create'], target.env)
    const before = await readEverything(await openRows(target.env))
    const args = ['copy', '--from', `sqlite:${from.RECOLLECT_DATA_DIR}`, '--to', target.address]
    expect(await runCli(args)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'recollect: the target is not empty (it has rows in "account"): give an empty one\n',
    })
    expect(await readEverything(await openRows(target.env))).toEqual(before)
  })

  it('takes both addresses from the settings', async () => {
    const from = await newSource(2)
    const target = await newTarget()
    if (engine === 'postgres') {
      const env = { RECOLLECT_DATA_DIR: from.RECOLLECT_DATA_DIR ?? '', DATABASE_URL: target.address }
      expect(await runCli(['copy'], env)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Copied 2 rows/) })
    } else {
      const env = { RECOLLECT_DATA_DIR: from.RECOLLECT_DATA_DIR ?? '', DATABASE_URL: '' }
      expect(await runCli(['copy', '--to', target.address], env)).toMatchObject({ code: 0 })
    }
  })

  it.each([
    ['--to', 'mysql://root:very-secret@127.0.0.1/memory'],
    ['--to', 'very-secret'],
    ['--from', 'postgres:very-secret', '--to', 'sqlite:elsewhere'],
    ['--from', 'sqlite:', '--to', 'sqlite:elsewhere'],
    ['--from', 'sqlite:same', '--to', 'sqlite:same'],
    [],
  ])('exits 64 with one line that shows no password: %j', async (...args) => {
    const { code, stdout, stderr } = await runCli(['copy', ...args], { DATABASE_URL: '' })
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
    expect(linesOf(stderr)).toHaveLength(1)
    expect(stderr).not.toContain('very-secret')
  })

  it('shows no password of a database that does not answer', async () => {
    const from = await newSource(1)
    const to = 'postgres://someone:very-secret@127.0.0.1:1/memory'
    const { code, stderr } = await runCli(['copy', '--from', `sqlite:${from.RECOLLECT_DATA_DIR}`, '--to', to])
    expect(code).toBe(69)
    expect(stderr).not.toContain('very-secret')
  })
})
