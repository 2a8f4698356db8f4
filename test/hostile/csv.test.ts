import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, it } from 'vitest'
import { createStore, importEnd } from '../support/api.js'
import { lookup } from '../support/profile.js'
import { useOwnServer } from '../support/use-server.js'
import { attack } from './attack.js'

const { server, api, store } = useOwnServer()
const MIB = 1024 * 1024
const MOST_BYTES = 100 * MIB

/** A file of an attacker, made while it is sent. */
interface Bomb {
  readonly name: string
  readonly bytes: number
  readonly content: () => Iterable<string | Buffer>
}

function* repeatTo(bytes: number, head: string, part: string): Iterable<Buffer> {
  const first = Buffer.from(head)
  yield first
  const block = Buffer.from(part.repeat(Math.ceil((64 * 1024) / Buffer.byteLength(part))))
  for (let left = bytes - first.length; left > 0; left -= block.length)
    yield block.subarray(0, Math.min(left, block.length))
}

const sized = (name: string, bytes: number, head: string, part: string): Bomb => ({
  name,
  bytes,
  content: () => repeatTo(bytes, head, part),
})

const FIRST = 'mail,name\n'
const BOMBS: readonly Bomb[] = [
  sized('one line of 100 MiB as the header', MOST_BYTES, '', 'a'),
  sized('one line of 100 MiB in a row', MOST_BYTES, FIRST, 'a'),
  sized('a quote of 100 MiB that is never closed', MOST_BYTES, `${FIRST}"`, 'a\n'),
  sized('a million columns in the header', 2_000_000, '', 'a,'),
  sized('a million columns in a row', 2_000_000, FIRST, 'a,'),
  sized('rows of half a million columns each', 10 * MIB, FIRST, `${'a,'.repeat(500_000)}\n`),
  sized('rows of a megabyte each', 50 * MIB, FIRST, `x,${'a'.repeat(1_000_000)}\n`),
  sized('20 MiB of line ends', 20 * MIB, FIRST, '\n'),
  sized('20 MiB of quotes', 20 * MIB, FIRST, '""'),
  sized('NUL bytes', MIB / 16, FIRST, '\0,\0\n'),
  {
    name: 'no text',
    bytes: MIB,
    content: () => [Buffer.from(FIRST), Buffer.alloc(MIB - FIRST.length, 0xff)],
  },
]

async function upload(url: string, { bytes, content }: Bomb): Promise<number> {
  const target = new URL(url)
  return new Promise((resolve, reject) => {
    const call = request(target, { method: 'PUT', headers: { 'content-length': bytes } }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
    })
    call.once('error', reject)
    pipeline(Readable.from(content(), { objectMode: false }), call).catch(reject)
  })
}

async function importBomb(target: string, bomb: Bomb): Promise<string> {
  const created = await api('POST', `/v1/Stores/${target}/Profiles/Imports`, {
    filename: 'people.csv',
    fileSize: bomb.bytes,
    columnMappings: [
      { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
      { columnName: 'name', traitGroup: 'Contact', traitName: 'firstName' },
    ],
  })
  expect(created.status).toBe(201)
  expect(await upload(created.body.url, bomb)).toBe(200)
  const { body } = await importEnd(api, target, created.body.importId, 120_000)
  return body.status
}

it.each(BOMBS)('$name ends as an import, and nobody else waits for it', async (bomb) => {
  const status = await attack(server(), bomb.name, `/v1/Stores/${store()}/Profiles`, () => importBomb(store(), bomb))
  expect(status).toMatch(/^(COMPLETED|FAILED)$/)
})

it('four bombs at once take no more than one', async () => {
  const stores = await Promise.all(Array.from({ length: 4 }, () => createStore(api)))
  await attack(server(), 'four CSV bombs at once', `/v1/Stores/${store()}/Profiles`, () =>
    Promise.all(stores.map((one, index) => importBomb(one, BOMBS[index + 2] ?? sized('', MIB, '', 'a')))),
  )
})

it('cells that are formulas are stored as they are, and cannot run in the report of errors', async () => {
  const cells = ['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|"/c calc"!A0', '\t=1', '=HYPERLINK("http://example.com")']
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`
  const rows = cells.map((cell, index) => `formula-${index}@example.com,${quote(cell)}`)
  const csv = `mail,name\n${rows.join('\n')}\nno address,${quote('=2+2')}\n`
  await attack(server(), 'formula cells', `/v1/Stores/${store()}/Profiles`, async () => {
    const bomb = { name: 'formulas', bytes: Buffer.byteLength(csv), content: () => [csv] }
    expect(await importBomb(store(), bomb)).toBe('COMPLETED')
  })
  const [id] = await lookup(api, store(), 'email', 'formula-0@example.com')
  expect((await api('GET', `/v1/Stores/${store()}/Profiles/${id}`)).body.traits.Contact.firstName).toBe('=1+1')
  const { body } = await api('GET', `/v1/Stores/${store()}/Profiles/Imports`)
  const report = await api('GET', `/recollect/v1/Stores/${store()}/Profiles/Imports/${body.imports[0].importId}/Errors`)
  for (const cell of String(report.body).split(/[\n,]/)) expect(cell).not.toMatch(/^"?[=+@\t-]/)
})
