import { beforeAll, describe, expect, it } from 'vitest'
import { importEnd, uploadCsv } from '../support/api.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()

const profiles = () => `/v1/Stores/${store()}/Profiles`
const MAPPINGS = { chat: 'Contact.chat', city: 'Contact.city' }
const TYPED = { chat: 'Contact.chat', age: 'Types.age', vip: 'Types.vip', tags: 'Types.tags' }

beforeAll(async () => {
  const traits = { age: { dataType: 'NUMBER' }, vip: { dataType: 'BOOLEAN' }, tags: { dataType: 'ARRAY' } }
  await api('POST', `/v1/ControlPlane/Stores/${store()}/TraitGroups`, { displayName: 'Types', traits })
})

/** Imports a file; resolves with the ended import and its report, one array for each line. */
async function run(csv: string | Buffer, mappings: Record<string, string> = MAPPINGS) {
  const id = await uploadCsv(api, store(), csv, mappings)
  const { body } = await importEnd(api, store(), id)
  const report = await api('GET', `/recollect${profiles()}/Imports/${id}/Errors`)
  expect(report.headers.get('content-type')).toMatch(/^text\/csv/)
  const [head, ...lines] = String(report.body).trimEnd().split('\n')
  expect(head).toBe('row,kind,column,reason')
  const issues = lines.map((line) => line.split(',').slice(0, 3).join(','))
  return { id, status: body.status, summary: body.summary, issues, text: String(report.body) }
}

async function traitsOf(chat: string) {
  const { body } = await api('POST', `${profiles()}/Lookup`, { idType: 'chat', value: chat })
  if (body.profiles.length === 0) return undefined
  return (await api('GET', `${profiles()}/${body.profiles[0]}`)).body.traits
}

const rows = (count: number, row: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => row(index)).join('\n')

describe('the form of the file', () => {
  it('may have a BOM, CRLF, quotes, line breaks in quotes, blank lines and no end of the last line', async () => {
    const csv =
      '\uFEFF"chat",city\r\n\r\n"form-1","two\r\nlines"\r\n"form-2","a ""quoted"", word"\r\n\r\nform-3,Zürich 😀'
    expect(await run(csv)).toMatchObject({ status: 'COMPLETED', summary: { errors: 0, warnings: 0 } })
    expect((await traitsOf('form-1'))?.Contact.city).toBe('two\r\nlines')
    expect((await traitsOf('form-2'))?.Contact.city).toBe('a "quoted", word')
    expect((await traitsOf('form-3'))?.Contact.city).toBe('Zürich 😀')
  })

  it('may have columns that are not mapped, in any order', async () => {
    expect(await run('x,city,__proto__,chat\n1,Ulm,2,order\n')).toMatchObject({ status: 'COMPLETED' })
    expect(await traitsOf('order')).toEqual({ Contact: { chat: 'order', city: 'Ulm' } })
  })

  it.each([
    ['lacks a mapped column', 'chat,town\nform-4,Ulm\n', /"city"/],
    ['names a column twice', 'chat,city,city\nform-4,Ulm,Ulm\n', /columns 2 and 3/],
    ['is empty', '\n', /empty/],
    ['lacks a header', 'form-4,Ulm\n', /"chat".*"city"/],
    ['has a quote that is never closed', 'chat,city\nform-4,"Ulm\nform-5,Ulm\n', /quote/],
    ['has a record of more than 1 MiB', `chat,city\nform-4,${'x'.repeat(1_100_000)}\n`, /1048576 bytes/],
    ['is not UTF-8', Buffer.from('chat,city\nform-4,Ulm\nform-5,Zürich\n', 'latin1'), /line 3 is not UTF-8/],
  ])('fails the import when it %s', async (_, csv, reason) => {
    const { status, summary, text, issues } = await run(csv)
    expect([status, summary.errors]).toEqual(['FAILED', 1])
    expect(issues).toEqual(['0,error,'])
    expect(text).toMatch(reason)
    expect(await traitsOf('form-5')).toBeUndefined()
  })
})

describe('cells', () => {
  it('that are empty write an empty string, \\N removes, and neither identifies anybody', async () => {
    await run('chat,city\ncell-1,Ulm\ncell-2,Ulm\ncell-3,Ulm\n')
    const { status, summary, issues } = await run('chat,city\ncell-1,\ncell-2,\\N\ncell-3\n,Ulm\n\\N,Ulm\n')
    expect(await traitsOf('cell-1')).toEqual({ Contact: { chat: 'cell-1', city: '' } })
    expect(await traitsOf('cell-2')).toEqual({ Contact: { chat: 'cell-2' } })
    expect([status, summary, issues]).toEqual(['COMPLETED', { errors: 2, warnings: 0 }, ['4,error,', '5,error,']])
    expect(await traitsOf('\\N')).toBeUndefined()
  })

  it('take the type of their trait; what cannot be taken is a warning and is skipped', async () => {
    const csv = [
      'chat,age,vip,tags',
      'type-1,42,TRUE,"[""a"",1]"',
      'type-2,old,maybe,a;b',
      'type-3,constructor,constructor,{}',
    ].join('\n')
    const { status, summary, issues, text } = await run(csv, TYPED)
    expect([status, summary]).toEqual(['COMPLETED', { errors: 0, warnings: 6 }])
    expect(issues).toEqual([2, 3].flatMap((row) => ['age', 'vip', 'tags'].map((column) => `${row},warning,${column}`)))
    expect(text).not.toMatch(/maybe|old,|a;b/)
    expect((await traitsOf('type-1'))?.Types).toEqual({ age: 42, vip: true, tags: ['a', 1] })
    for (const chat of ['type-2', 'type-3']) expect(await traitsOf(chat)).toEqual({ Contact: { chat } })
  })
})

describe('rows that fail', () => {
  it('are named in the report where they stand in the file; the rest goes in', async () => {
    const { status, summary, issues } = await run('chat,city\nrow-1,Ulm\n,nobody\n\\N,Ulm\nrow-4,5" x\n')
    expect([status, summary]).toEqual(['COMPLETED', { errors: 2, warnings: 0 }])
    expect(issues).toEqual(['2,error,', '3,error,'])
    expect(await traitsOf('row-1')).toBeDefined()
    expect((await traitsOf('row-4'))?.Contact.city).toBe('5" x')
  })

  it('keep their numbers over many rows', async () => {
    const csv = `chat,city\n${rows(1300, (index) => ([3, 498, 499, 500, 501, 1299].includes(index) ? ',nobody' : `num-${index},x`))}\n`
    const { status, issues } = await run(csv)
    expect(status).toBe('COMPLETED')
    expect(issues).toEqual([4, 499, 500, 501, 502, 1300].map((row) => `${row},error,`))
    expect(await traitsOf('num-1298')).toBeDefined()
  })

  it('may be 100 at most', async () => {
    const failed = (count: number) => `chat,city\n${rows(count, () => ',nobody')}\nhundred-${count},Ulm\n`
    expect(await run(failed(100))).toMatchObject({ status: 'COMPLETED', summary: { errors: 100, warnings: 0 } })
    const over = await run(failed(101))
    expect(over).toMatchObject({ status: 'FAILED', summary: { errors: 101, warnings: 0 } })
    expect(over.issues.filter((issue) => !issue.startsWith('0,'))).toHaveLength(101)
  })

  it('are kept apart by import, and by those that exist', async () => {
    const clean = await run('chat,city\nclean,Ulm\n')
    expect(clean.issues).toEqual([])
    expectRefusal(await api('GET', `/recollect${profiles()}/Imports/${UNKNOWN.import}/Errors`), 404, 20404)
    expectRefusal(await api('GET', `/recollect${profiles()}/Imports/x/Errors`), 400, undefined, 'importId')
  })

  it('cannot smuggle a formula into the report', async () => {
    const { text } = await run('=1+1,city,chat\nx,Ulm,formula\n', {
      '=1+1': 'Types.age',
      city: 'Contact.city',
      chat: 'Contact.chat',
    })
    expect(text).toContain('=1+1')
    expect(text).not.toMatch(/(^|,)"?=1/m)
  })
})
