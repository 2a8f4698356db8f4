import { Readable } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv, UnreadableCsvError } from '../../../src/domain/imports/csv.js'

/** Records as arrays, in the order they come. */
async function read(content: string | Buffer | Buffer[]): Promise<(readonly string[])[]> {
  const records: (readonly string[])[] = []
  const chunks = Array.isArray(content) ? content : [Buffer.from(content)]
  for await (const batch of readCsv(Readable.from(chunks))) records.push(...batch.records)
  return records
}

const quote = (field: string) => `"${field.replaceAll('"', '""')}"`

describe('RFC 4180', () => {
  it('reads any fields back, with LF or CRLF, with and without BOM, however the bytes are cut', async () => {
    const field = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', '"', ',', '\n', '\r\n', ' ', '\\N', ''),
      maxLength: 5,
    })
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.nat(), async (table, end, bom, cut) => {
        const text = table.map((row) => row.map(quote).join(',') + end).join('')
        const bytes = Buffer.from((bom ? '\uFEFF' : '') + text)
        const at = cut % bytes.length
        expect(await read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(table)
      }),
      { numRuns: 200 },
    )
  })

  it('needs quotes only where they are needed, and no line end at the end', async () => {
    expect(await read('a,b\n1, x y \n"2",\'z\'')).toEqual([
      ['a', 'b'],
      ['1', ' x y '],
      ['2', "'z'"],
    ])
  })

  it('skips blank lines, and only those', async () => {
    for (const end of ['\n', '\r\n']) {
      expect(await read(['', 'a,b', '', '', '1,2', ',', '', ''].join(end))).toEqual([
        ['a', 'b'],
        ['1', '2'],
        ['', ''],
      ])
    }
  })

  it('ends a record at LF and at CRLF, also within one file', async () => {
    expect(await read('a,b\n1,2\r\n3,4\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ])
  })

  it('takes rows that are shorter or longer than the header', async () => {
    expect(await read('a,b\n1\n1,2,3\n')).toEqual([['a', 'b'], ['1'], ['1', '2', '3']])
  })

  it('reads an empty file as no record', async () => {
    for (const text of ['', '\n', '\uFEFF', '\r\n\r\n']) expect(await read(text)).toEqual([])
  })
})

describe('quotes where none belong', () => {
  it('are part of the field, and the rows behind them are there', async () => {
    expect(await read('a,b\n1,2\n3,x"y\n4,5\n6,5" screen\n7,8\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', 'x"y'],
      ['4', '5'],
      ['6', '5" screen'],
      ['7', '8'],
    ])
  })

  it('never make rows vanish: text behind a closing quote', async () => {
    expect(await read('a,b\n1,2\n3,"x"y\n4,5\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '"x"y'],
      ['4', '5'],
    ])
  })
})

describe('a file that cannot be read on', () => {
  const big = 'x'.repeat(1024 * 1024 + 1)

  it.each([
    ['a quote that is never closed', 'a,b\n1,2\n3,"never\n4,5\n'],
    ['a record over 1 MiB', `a,b\n1,2\n3,${big}\n4,5\n`],
    ['a quoted record over 1 MiB', `a,b\n1,2\n3,"${big}"\n4,5\n`],
    ['a quote that is never closed in a large file', `a,b\n1,"2\n${'3,4\n'.repeat(400_000)}`],
  ])('is refused as a whole: %s', async (_, text) => {
    await expect(read(text)).rejects.toBeInstanceOf(UnreadableCsvError)
  })

  it('lets records of up to 1 MiB pass', async () => {
    const field = 'x'.repeat(1024 * 1024 - 100)
    expect(await read(`a,b\n1,"${field}"\n`)).toEqual([
      ['a', 'b'],
      ['1', field],
    ])
  })

  it('passes on what breaks the stream', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('a,b\n1,2\n')
        throw new Error('the disk is gone')
      })(),
    )
    await expect(async () => {
      for await (const _ of readCsv(broken));
    }).rejects.toThrow('the disk is gone')
  })
})
