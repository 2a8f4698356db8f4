import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createStore, eventually } from '../support/api.js'
import { createSdkClient, type Memory, present } from '../support/sdk.js'
import { startServer, type TestServer } from '../support/server.js'

const CSV = 'mail,name\nada@example.com,Ada\n"grace@example.com","Grace ""Amazing"" Hopper"\n,Nobody\n'

let server: TestServer
let memory: Memory
let store: string

beforeAll(async () => {
  server = await startServer()
  memory = createSdkClient(server).memory.v1
  store = await createStore(createApi(server))
})
afterAll(() => server.stop())

describe('imports', () => {
  const input = {
    filename: 'people.csv',
    fileSize: Buffer.byteLength(CSV),
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: 'name', traitGroup: 'Contact', traitName: 'firstName' },
    ],
  }

  const createImport = async () => {
    const { importId, url } = await memory.imports(store).create(input)
    return { importId: present(importId), url: present(url) }
  }

  it('wait for their file', async () => {
    const { importId, url } = await createImport()
    expect(url.startsWith(`${server.url}/`)).toBe(true)
    const pending = await memory.imports(store, importId).fetch()
    expect(pending).toMatchObject({ status: 'PENDING', ...input, summary: { errors: 0, warnings: 0 } })
    expect(pending.createdAt).toBeInstanceOf(Date)
    expect(pending.updatedAt).toBeInstanceOf(Date)
  })

  it('take the file without credentials and write its profiles', async () => {
    const { importId, url } = await createImport()
    const upload = await fetch(url, { method: 'PUT', body: CSV })
    expect(upload.status).toBe(200)
    const fetchImport = () => memory.imports(store, importId).fetch()
    const ended = await eventually(fetchImport, ({ status }) => status === 'COMPLETED' || status === 'FAILED')
    expect(ended).toMatchObject({ status: 'COMPLETED', summary: { errors: 1, warnings: 0 } })
    const { profiles } = await memory.lookup(store).create({ idType: 'email', value: 'grace@example.com' })
    const { traits } = await memory.profiles(store, profiles?.[0] ?? '').fetch()
    expect(traits?.Contact?.firstName).toBe('Grace "Amazing" Hopper')
  })
})
