import { describe, expect, it } from 'vitest'
import { createStore, importEnd, uploadCsv } from '../support/api.js'
import { expectRefusal } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

const imports = (storeId = store()) => `/v1/Stores/${storeId}/Profiles/Imports`
const TIMESTAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const mapping = (columnName: string, traitName = columnName, traitGroup = 'Contact') => ({
  columnName,
  traitGroup,
  traitName,
})
const input = { filename: 'people.csv', fileSize: 100, columnMappings: [mapping('email'), mapping('city')] }

describe('CreateProfilesImportV2', () => {
  it('answers with an id and a signed URL on the origin that the client used', async () => {
    const { status, body } = await api('POST', imports(), input)
    expect(status).toBe(201)
    expect(Object.keys(body).sort()).toEqual(['importId', 'url'])
    expect(body.importId).toMatch(/^mem_import_[0-7][0-9a-z]{25}$/)
    const url = new URL(body.url)
    expect(url.origin).toBe(server().url)
    expect(url.pathname).toContain(body.importId)
    expect(url.search).not.toBe('')
  })

  it('makes an import that is PENDING until its file is there', async () => {
    const { importId } = (await api('POST', imports(), input)).body
    expect((await api('GET', `${imports()}/${importId}`)).body).toEqual({
      ...input,
      status: 'PENDING',
      createdAt: TIMESTAMP,
      updatedAt: TIMESTAMP,
      summary: { errors: 0, warnings: 0 },
    })
  })

  it('takes the filename for a label, never for a path', async () => {
    const filenames = [
      '../../etc/passwd',
      '/etc/passwd',
      'C:\\boot.ini',
      'x'.repeat(255),
      'ä 😀.csv',
      '%2e%2e%2f',
      '.',
      'a"b\nc',
    ]
    for (const filename of filenames) {
      const { status, body } = await api('POST', imports(), { ...input, filename })
      expect(status, filename).toBe(201)
      expect(body.url).not.toMatch(/passwd|boot|%2e|\.\.\//)
      expect((await api('GET', `${imports()}/${body.importId}`)).body.filename).toBe(filename)
    }
  })

  it('refuses what is out of bounds', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => mapping(`c${index}`, 'city'))
    for (const [change, field] of [
      [{ filename: undefined }, 'filename'],
      [{ filename: 'x'.repeat(256) }, 'filename'],
      [{ fileSize: undefined }, 'fileSize'],
      [{ fileSize: 104_857_601 }, 'fileSize'],
      [{ columnMappings: undefined }, 'columnMappings'],
      [{ columnMappings: [] }, 'columnMappings'],
      [{ columnMappings: [mapping('email')] }, 'columnMappings'],
      [{ columnMappings: many(101) }, 'columnMappings'],
      [{ columnMappings: [mapping('email'), mapping('x'.repeat(65), 'city')] }, /columnMappings\[1\]/],
      [{ columnMappings: [mapping('email'), { columnName: 'city' }] }, /columnMappings\[1\]/],
      [{ columnMappings: [mapping('email'), { ...mapping('city'), more: 1 }] }, /columnMappings\[1\]/],
      [{ columnMappings: [mapping('email'), mapping('nope')] }, /Contact\.nope.*columnMappings\[1\]/],
      [{ columnMappings: [mapping('email'), mapping('city', 'city', '__proto__')] }, /columnMappings\[1\]/],
      [{ columnMappings: [mapping('a', 'email'), mapping('b', 'email')] }, /columnMappings\[1\].*Contact\.email/],
    ] as const) {
      expectRefusal(await api('POST', imports(), { ...input, ...change }), 400, undefined, field)
    }
  })
})

describe('ListProfileImportsV2', () => {
  it('pages through ids, newest first, with at most 100 on a page', async () => {
    const fresh = await createStore(api)
    expect((await api('GET', imports(fresh))).body).toEqual({ imports: [], meta: { key: 'imports', pageSize: 50 } })
    const ids: string[] = []
    for (let index = 0; index < 3; index += 1) ids.unshift((await api('POST', imports(fresh), input)).body.importId)
    expect((await api('GET', imports(fresh))).body.imports).toEqual(ids)
    expect((await api('GET', `${imports(fresh)}?orderBy=ASC`)).body.imports).toEqual(ids.toReversed())
    const first = (await api('GET', `${imports(fresh)}?pageSize=2`)).body
    const second = (await api('GET', `${imports(fresh)}?pageSize=2&pageToken=${first.meta.nextToken}`)).body
    expect([...first.imports, ...second.imports]).toEqual(ids)
    expect((await api('GET', `${imports(fresh)}?pageSize=1000`)).body.meta.pageSize).toBe(100)
    expectRefusal(await api('GET', `${imports(fresh)}?pageSize=1001`), 400, undefined, 'pageSize')
  })
})

describe('an import with its file', () => {
  const mappings = { email: 'Contact.email', name: 'Contact.firstName' }
  const profileOf = async (storeId: string, value: string) => {
    const { body } = await api('POST', `/v1/Stores/${storeId}/Profiles/Lookup`, { idType: 'email', value })
    expect(body.profiles).toHaveLength(1)
    return (await api('GET', `/v1/Stores/${storeId}/Profiles/${body.profiles[0]}`)).body
  }

  it('creates, updates and merges as single writes would', async () => {
    const fresh = await createStore(api)
    const known = await api('POST', `/v1/Stores/${fresh}/Profiles`, {
      traits: { Contact: { email: 'k@example.com', city: 'Ulm' } },
    })
    const csv = [
      'email,phone,name',
      'new@example.com,,New',
      'K@example.com,3175550140,Known',
      ',(317) 555-0140,"Later, wins"',
      'new@example.com,1-317-555-0140,\\N',
    ].join('\r\n')
    const id = await uploadCsv(api, fresh, csv, { ...mappings, phone: 'Contact.phone' })
    const { body } = await importEnd(api, fresh, id)
    expect(body).toMatchObject({ status: 'COMPLETED', summary: { errors: 0, warnings: 0 } })
    const person = await profileOf(fresh, 'new@example.com')
    expect(person.id).toBe(known.body.id)
    expect(person.traits.Contact).toEqual({ email: 'new@example.com', phone: '1-317-555-0140', city: 'Ulm' })
    expect((await api('GET', `/v1/Stores/${fresh}/Profiles`)).body.profiles).toEqual([person.id])
  })

  it('ends in the same state when the same file comes again', async () => {
    const fresh = await createStore(api)
    const rows = Array.from({ length: 1200 }, (_, index) => `p${index % 900}@example.com,name-${index}`)
    const csv = `email,name\n${rows.join('\n')}\n`
    const list = async () => (await api('GET', `/v1/Stores/${fresh}/Profiles?pageSize=1000`)).body.profiles
    await importEnd(api, fresh, await uploadCsv(api, fresh, csv, mappings))
    const before = await list()
    await importEnd(api, fresh, await uploadCsv(api, fresh, csv, mappings))
    expect(before).toHaveLength(900)
    expect(await list()).toEqual(before)
    expect((await profileOf(fresh, 'p299@example.com')).traits.Contact.firstName).toBe('name-1199')
  })

  it('shows its progress to whom asks for ours', async () => {
    const fresh = await createStore(api)
    const csv = 'email,name\na@example.com,A\nb@example.com,B\n'
    const id = await uploadCsv(api, fresh, csv, mappings)
    const { body } = await importEnd(api, fresh, id)
    const progress = await api('GET', `/recollect${imports(fresh)}/${id}`)
    expect(progress.body).toEqual({ ...body, id, rowsDone: 2, bytesDone: Buffer.byteLength(csv) })
  })
})
