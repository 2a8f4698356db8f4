import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { linesOf, runCli } from '../support/cli.js'
import { temporaryFolder } from '../support/folder.js'
import { mayMount, mountSmallDisk } from './disk.js'
import { createRestartable } from './restart.js'

const itOnDisk = it.skipIf(!(await mayMount()))
const COMMANDS = [['serve'], ['migrate'], ['account', 'list']]

/** Runs a command that cannot use its data folder; resolves with its one line. */
async function refusalOf(command: readonly string[], dataDir: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(command, { RECOLLECT_DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error' })
  expect({ command, code, stdout, lines: linesOf(stderr).length }).toEqual({ command, code: 69, stdout: '', lines: 1 })
  return stderr
}

it('a data folder that cannot be made: a line that names it, exit code 69', async () => {
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, 'not a folder')
  for (const dataDir of [file, join(file, 'below')]) {
    for (const command of COMMANDS) expect(await refusalOf(command, dataDir)).toContain(dataDir)
  }
})

it('a database that is none: a line that says so, exit code 69', async () => {
  const dataDir = await temporaryFolder()
  await writeFile(join(dataDir, 'recollect.db'), 'this is not a database, '.repeat(1000))
  for (const command of COMMANDS) expect(await refusalOf(command, dataDir)).toMatch(/not a database/)
})

itOnDisk('a read-only data folder, empty: a line that names it, exit code 69', async () => {
  const disk = await mountSmallDisk(8)
  await disk.makeReadOnly()
  for (const command of COMMANDS) expect(await refusalOf(command, disk.folder)).toContain(disk.folder)
})

itOnDisk('a read-only data folder with a database: a line that names it and blames no other process', async () => {
  const disk = await mountSmallDisk(8)
  const server = await (await createRestartable({ dataDir: disk.folder })).start()
  await createStore(createApi(server))
  expect(await server.kill('SIGTERM')).toBe(0)
  await disk.makeReadOnly()
  for (const command of COMMANDS) {
    const line = await refusalOf(command, disk.folder)
    expect(line).toContain(disk.folder)
    expect(line).toMatch(/read-?only/i)
    expect(line).not.toMatch(/another process/)
  }
})
