import { connect } from 'node:net'
import { beforeEach, expect, it } from 'vitest'
import { eventually, importEnd } from '../support/api.js'
import { sendRaw } from '../support/raw.js'
import { expectRefusal, UNKNOWN } from '../support/refusal.js'
import { useServer } from '../support/use-server.js'

const { server, api, store } = useServer()

const CSV = 'chat,city\nupload,Ulm\n'
const NOBODY = { authorization: '' }
let importId: string
let url: string

beforeEach(async () => {
  const created = await newImport()
  importId = created.importId
  url = created.url
})

async function newImport(fileSize = CSV.length): Promise<{ importId: string; url: string }> {
  const columnMappings = ['chat', 'city'].map((name) => ({ columnName: name, traitGroup: 'Contact', traitName: name }))
  const path = `/v1/Stores/${store()}/Profiles/Imports`
  return (await api('POST', path, { filename: 'f.csv', fileSize, columnMappings })).body
}

const put = (target: string, body: string | undefined = CSV, headers: Record<string, string> = NOBODY) =>
  api('PUT', target, body, { 'content-type': 'text/csv', ...headers })

async function statusOf(id: string): Promise<string> {
  return (await api('GET', `/v1/Stores/${store()}/Profiles/Imports/${id}`)).body.status
}

it('takes one PUT, without credentials, and starts the import', async () => {
  const { status, body } = await put(url)
  expect(status).toBe(200)
  expect(body).toBeTypeOf('object')
  expect((await importEnd(api, store(), importId)).body).toMatchObject({ status: 'COMPLETED', summary: { errors: 0 } })
})

it('takes any content type, wrong credentials, and an unknown header', async () => {
  for (const type of [
    'application/json',
    'application/octet-stream',
    'multipart/form-data',
    'text/plain; charset=x',
    'csv',
    ';',
    '',
  ]) {
    const created = await newImport()
    const { pathname, search } = new URL(created.url)
    const answer = await sendRaw(server(), {
      method: 'PUT',
      path: pathname + search,
      headers: { authorization: 'Bearer x', 'content-type': type === '' ? false : type, 'x-amz-acl': 'private' },
      body: CSV,
    })
    expect([answer.status, type]).toEqual([200, type])
  }
})

it('refuses a second file, also when both come at once', async () => {
  const answers = await Promise.all([put(url), put(url), put(url)])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  expectRefusal(await put(url), 409, 20409)
  expect((await importEnd(api, store(), importId)).body.status).toBe('COMPLETED')
  expectRefusal(await put(url), 409, 20409)
})

it('is signed in all its parts', async () => {
  const other = await newImport()
  const target = new URL(url)
  const swap = (text: string) => (text.endsWith('0') ? `${text.slice(0, -1)}1` : `${text.slice(0, -1)}0`)
  const tampered = [
    url.replace(importId, other.importId),
    url.replace(importId, UNKNOWN.import),
    url.replace(importId, swap(importId)),
    ...[...target.searchParams].map(([name, value]) => {
      const changed = new URL(url)
      changed.searchParams.set(
        name,
        name === 'expires' ? String(Number(value) + 3600) : `${value === swap(value) ? 'x' : swap(value)}`,
      )
      return changed.href
    }),
    url.replace(store(), UNKNOWN.store),
  ]
  expect(new Set([...tampered, url]).size).toBe(tampered.length + 1)
  for (const bad of tampered) expectRefusal(await put(bad), 403)
  expect(await Promise.all([importId, other.importId].map(statusOf))).toEqual(['PENDING', 'PENDING'])
  expect((await put(url)).status).toBe(200)
})

it('is refused when a part is missing, malformed or there twice', async () => {
  const { searchParams } = new URL(url)
  for (const name of searchParams.keys()) {
    const without = new URL(url)
    without.searchParams.delete(name)
    const broken = new URL(url)
    broken.searchParams.set(name, 'x')
    for (const bad of [without.href, broken.href, `${url}&${name}=x`]) {
      const { status } = await put(bad)
      expect([400, 403], bad).toContain(status)
    }
  }
  expect(await statusOf(importId)).toBe('PENDING')
  expect((await put(`${url}&unknown=1`)).status).toBe(200)
})

it('refuses more bytes than were announced, with and without a length, and may be tried again', async () => {
  expectRefusal(await put(url, `${CSV}x`), 413)
  const { pathname, search } = new URL(url)
  const chunked = { method: 'PUT', path: pathname + search, headers: { 'transfer-encoding': 'chunked' } }
  expect((await sendRaw(server(), { ...chunked, body: `${CSV}${'x'.repeat(100_000)}` })).status).toBe(413)
  expect(await statusOf(importId)).toBe('PENDING')
  expect((await put(url)).status).toBe(200)
})

it('gives nothing away to other methods', async () => {
  await put(url)
  const { pathname } = new URL(url)
  const unknown = url.replace(importId, UNKNOWN.import)
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PATCH']) {
    const [known, stranger] = [await api(method, url, undefined, NOBODY), await api(method, unknown, undefined, NOBODY)]
    expect([known.status, stranger.status], method).toEqual([404, 404])
    if (method !== 'HEAD')
      expect(known.body.message.replace(importId, '')).toBe(stranger.body.message.replace(UNKNOWN.import, ''))
    expect(JSON.stringify(known.body)).not.toContain('Ulm')
  }
  expect((await api('GET', pathname, undefined, NOBODY)).status).toBe(404)
})

it('imports nothing from an empty file', async () => {
  const { pathname, search } = new URL(url)
  const answer = await sendRaw(server(), { method: 'PUT', path: pathname + search, headers: { authorization: false } })
  expect(answer.status).toBe(200)
  expect((await importEnd(api, store(), importId)).body).toMatchObject({
    status: 'FAILED',
    summary: { errors: 1, warnings: 0 },
  })
})

it('stays PENDING when the upload breaks off, and may be tried again', async () => {
  const { hostname, port, pathname, search } = new URL(url)
  const head = `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${CSV.length}\r\n\r\n`
  for (const sent of ['', 'chat,', CSV.slice(0, -1)]) {
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) }, () => {
        socket.write(head + sent, () => setTimeout(() => socket.destroy(), 30))
      })
      socket.on('error', reject)
      socket.on('close', () => resolve())
    })
    expect(await statusOf(importId)).toBe('PENDING')
  }
  const answer = await eventually(
    () => put(url),
    ({ status }) => status === 200,
  )
  expect(answer.status).toBe(200)
  expect((await importEnd(api, store(), importId)).body.status).toBe('COMPLETED')
})
