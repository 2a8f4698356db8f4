import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SqliteThread } from '../../src/storage/sqlite-thread.js'
import { temporaryFolder } from '../support/folder.js'

const statement = { sql: 'select 1', parameters: [] }

it('a database thread that could not start refuses all work at once and does not hinder the end', async () => {
  const thread = new SqliteThread(join(await temporaryFolder(), 'no such folder', 'recollect.db'))
  const waiting = [thread.run([statement]), thread.run([statement])]
  for (const work of waiting) await expect(work).rejects.toMatchObject({ name: 'StorageUnavailableError' })
  await expect(thread.run([statement])).rejects.toMatchObject({ name: 'StorageUnavailableError' })
  await thread.close()
})

it('a database thread that was closed before anything was asked of it starts no more', async () => {
  const file = join(await temporaryFolder(), 'recollect.db')
  const thread = new SqliteThread(file)
  await thread.close()
  await expect(thread.run([statement])).rejects.toMatchObject({ name: 'StorageUnavailableError' })
  expect(existsSync(file)).toBe(false)
})
