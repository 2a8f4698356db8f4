import { describe, expect, it } from 'vitest'
import { createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { jobsQueued, listProfileIds } from '../support/profile.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, strangerApi, store } = useServer()

const MAPPINGS = { email: 'Contact.email', name: 'Contact.firstName' }
const ROWS = 60_000
const own = (id: string, storeId = store()) => `/recollect/v1/Stores/${storeId}/Profiles/Imports/${id}`

function manyRows(): string {
  const rows = Array.from({ length: ROWS }, (_, row) => `c${row}@example.com,Name ${row}`)
  return `email,name\n${rows.join('\n')}\n`
}

async function newImport() {
  const columnMappings = Object.entries(MAPPINGS).map(([columnName, trait]) => {
    const [traitGroup, traitName] = trait.split('.')
    return { columnName, traitGroup, traitName }
  })
  const input = { filename: 'people.csv', fileSize: 1000, columnMappings }
  return (await api('POST', `/v1/Stores/${store()}/Profiles/Imports`, input)).body
}

describe('CancelImport', () => {
  it('stops an import under way, keeps the rows before and lets its job end', async () => {
    const fresh = await createStore(api)
    const id = await uploadCsv(api, fresh, manyRows(), MAPPINGS)
    await eventually(
      () => api('GET', own(id, fresh)),
      ({ body }) => body.rowsDone > 0,
    )
    expect((await api('POST', `${own(id, fresh)}/Cancel`)).status).toBe(202)
    const cancelled = (await api('GET', own(id, fresh))).body
    expect(cancelled).toMatchObject({ status: 'FAILED', failure: expect.stringContaining('cancelled') })
    expect(cancelled.rowsDone).toBeLessThan(ROWS)
    await eventually(
      () => jobsQueued(server().url),
      (count) => count === 0,
    )
    expect((await api('GET', own(id, fresh))).body).toEqual(cancelled)
    expect((await listProfileIds(api, fresh)).length).toBe(cancelled.rowsDone)
    expect((await api('GET', `${own(id, fresh)}/Errors`)).body).toContain('0,error,,the import was cancelled')
  })

  it('ends an import that waits for its file, which is then not taken', async () => {
    const { importId, url } = await newImport()
    expect((await api('POST', `${own(importId)}/Cancel`)).status).toBe(202)
    const upload = await fetch(url, { method: 'PUT', body: 'email,name\na@example.com,A\n' })
    expect(upload.status).toBe(409)
    expect((await api('GET', own(importId))).body).toMatchObject({ status: 'FAILED', rowsDone: 0 })
  })

  it('refuses an import that has ended, one of another account and one that is not there', async () => {
    const id = await uploadCsv(api, store(), 'email,name\nd@example.com,D\n', MAPPINGS)
    await importEnd(api, store(), id)
    expectRefusal(await api('POST', `${own(id)}/Cancel`), 409, 20409)
    expectRefusal(await strangerApi('POST', `${own(id)}/Cancel`), 404, 520041)
    const unknown = 'mem_import_00000000000000000000000000'
    expectRefusal(await api('POST', `${own(unknown)}/Cancel`), 404, 20404)
  })
})

describe('PreviewImport', () => {
  const preview = (content: string, columnMappings: unknown) =>
    api('POST', `/recollect/v1/Stores/${store()}/Profiles/Imports/Preview`, { content, columnMappings })
  const map = (columnName: string, traitName: string) => ({ columnName, traitGroup: 'Contact', traitName })

  it('shows rows as they would be stored, and stores nothing', async () => {
    const before = await listProfileIds(api, store())
    const csv = 'mail,tel,name\nNew@Example.com,(317) 555-0170,Ada\n,,Nobody\n,+13175550171,\\N\n'
    const { status, body } = await preview(csv, [map('mail', 'email'), map('tel', 'phone'), map('name', 'firstName')])
    expect(status).toBe(200)
    expect(body.rows).toEqual([
      {
        row: 1,
        traits: { Contact: { email: 'New@Example.com', phone: '(317) 555-0170', firstName: 'Ada' } },
        identifiers: [
          { idType: 'email', value: 'new@example.com' },
          { idType: 'phone', value: '+13175550170' },
        ],
        warnings: [],
      },
      { row: 2, traits: {}, identifiers: [], warnings: [], error: expect.stringContaining('identifies anybody') },
      {
        row: 3,
        traits: { Contact: { email: '', phone: '+13175550171', firstName: null } },
        identifiers: [{ idType: 'phone', value: '+13175550171' }],
        warnings: [],
      },
    ])
    expect(await listProfileIds(api, store())).toEqual(before)
  })

  it('tells of values that would be skipped', async () => {
    const traits = { age: { dataType: 'NUMBER' } }
    await api('POST', `/v1/ControlPlane/Stores/${store()}/TraitGroups`, { displayName: 'Body', traits })
    const age = { columnName: 'age', traitGroup: 'Body', traitName: 'age' }
    const { body } = await preview('mail,age\na@example.com,old\n', [map('mail', 'email'), age])
    expect(body.rows[0].warnings).toEqual([{ column: 'age', reason: 'is no NUMBER' }])
    expect(body.rows[0].traits).toEqual({ Contact: { email: 'a@example.com' } })
  })

  it('refuses what an import would refuse', async () => {
    expectRefusal(await preview('mail\nx\n', [map('mail', 'nope')]), 400, undefined, 'Contact.nope')
    expectRefusal(await preview('mail\nx\n', [map('tel', 'phone')]), 400, undefined, 'content')
    expectRefusal(await preview('mail\n"x\n', [map('mail', 'email')]), 400, undefined, 'quote')
  })
})
