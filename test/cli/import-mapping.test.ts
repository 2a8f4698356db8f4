import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Api, createApi, createStore } from '../support/api.js'
import { type Ended, runCli } from '../support/cli.js'
import { temporaryFolder } from '../support/folder.js'
import { startServer, type TestServer } from '../support/server.js'

let server: TestServer
let api: Api
let store: string

beforeAll(async () => {
  server = await startServer()
  api = createApi(server)
  store = await createStore(api)
})
afterAll(() => server.stop())

async function importWith(...args: string[]): Promise<Ended> {
  const file = join(await temporaryFolder(), 'people.csv')
  await writeFile(file, 'mail,given name\nada@example.com,Ada\n')
  return runCli(['import', file, '--store', store, ...args], {
    RECOLLECT_URL: server.url,
    RECOLLECT_USERNAME: server.account.sid,
    RECOLLECT_PASSWORD: server.account.token,
  })
}

async function saveMapping(displayName: string, isEnabled: boolean): Promise<void> {
  const { status } = await api('POST', `/v1/ControlPlane/Stores/${store}/DataMappings`, {
    displayName,
    isEnabled,
    mappingFrom: { type: 'INGRESS', columns: ['mail', 'given name', 'unused'] },
    mappingTo: {
      type: 'TRAITS',
      mappings: [
        { expression: 'mail', traitGroup: 'Contact', traitName: 'email' },
        { expression: 'given name', traitGroup: 'Contact', traitName: 'firstName' },
      ],
    },
  })
  expect(status).toBe(202)
}

it('takes the columns from a saved data mapping', async () => {
  await saveMapping('crm', true)
  const { code, stdout } = await importWith('--mapping', 'crm')
  expect([code, stdout]).toEqual([0, 'COMPLETED: 1 of 1 rows stored, 0 failed, 0 warnings\n'])
  const identifier = { idType: 'email', value: 'ada@example.com' }
  const { body } = await api('POST', `/v1/Stores/${store}/Profiles/Lookup`, identifier)
  const profile = await api('GET', `/v1/Stores/${store}/Profiles/${body.profiles[0]}`)
  expect(profile.body.traits).toEqual({ Contact: { email: 'ada@example.com', firstName: 'Ada' } })
})

it('says what is wrong with a mapping: not there, disabled, or given beside --map', async () => {
  await saveMapping('asleep', false)
  expect(await importWith('--mapping', 'nobody')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"nobody"'),
  })
  expect(await importWith('--mapping', 'asleep')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('disabled'),
  })
  const both = await importWith('--mapping', 'crm', '--map', 'mail=Contact.email', '--map', 'x=Contact.city')
  expect(both).toMatchObject({ code: 64, stderr: expect.stringContaining('not both') })
})
