import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createApi, createStore } from '../support/api.js'
import { runCli } from '../support/cli.js'
import { createProfile, listProfileIds } from '../support/profile.js'
import { newDatabaseEnv } from '../support/rows.js'
import { serveUntilEnd } from '../support/serve.js'

it('writes the database anew while nobody serves it, and keeps everything', async () => {
  const env = await newDatabaseEnv('sqlite')
  const server = await serveUntilEnd(env)
  const api = createApi(server)
  const store = await createStore(api)
  const ids: string[] = []
  for (let number = 0; number < 30; number += 1) {
    const traits = { Contact: { email: `kept-${number}@example.com`, firstName: 'x'.repeat(200) } }
    ids.push(await createProfile(api, store, traits))
  }
  for (const id of ids.slice(10)) await api('DELETE', `/v1/Stores/${store}/Profiles/${id}`)
  const served = await runCli(['vacuum'], env)
  expect(served).toMatchObject({ code: 69, stdout: '' })
  await server.kill('SIGTERM')

  expect(await runCli(['vacuum'], env)).toMatchObject({ code: 0, stdout: 'The database was written anew.\n' })
  const file = await readFile(join(env.RECOLLECT_DATA_DIR ?? '', 'recollect.db'))
  expect(file.includes('kept-9@')).toBe(true)
  expect(file.includes('kept-10@')).toBe(false)
  const again = await serveUntilEnd(env, { account: server.account })
  expect((await listProfileIds(createApi(again), store)).sort()).toEqual(ids.slice(0, 10).sort())
})

it('says what to do where there is nothing to write anew', async () => {
  const env = await newDatabaseEnv('sqlite')
  const empty = await runCli(['vacuum'], env)
  expect(empty.code).toBe(1)
  expect(empty.stderr).toContain('RECOLLECT_DATA_DIR')
  const postgres = await runCli(['vacuum'], { ...env, DATABASE_URL: 'postgres://db/x' })
  expect(postgres.code).toBe(1)
  expect(postgres.stderr).toContain('PostgreSQL vacuums by itself')
})
