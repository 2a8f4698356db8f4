import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { signWithUploadKey, verifyUploadSignature } from '../../src/domain/imports/upload-keys.js'
import { createApi, createStore } from '../support/api.js'
import { openContextAt } from '../support/clock-context.js'
import { temporaryFolder } from '../support/folder.js'
import { useOwnServer } from '../support/use-server.js'

const DAY_MS = 24 * 60 * 60 * 1000
const URL_LIFE_MS = 1800 * 1000
const START = Date.parse('2026-01-01T00:00:00Z')

/** Two nodes on one database, whose clock the test moves. */
async function openNodes() {
  let time = START
  const folder = await temporaryFolder()
  const now = () => time
  const nodes = { one: await openContextAt(folder, now), other: await openContextAt(folder, now) }
  return { ...nodes, pass: (ms: number) => (time += ms) }
}

it('a key signs for a day and holds until its last URLs have expired, on every node', async () => {
  const { one, other, pass } = await openNodes()
  const first = await signWithUploadKey(one, 'text')
  expect(await signWithUploadKey(other, 'text')).toBe(first)
  pass(DAY_MS - 1)
  expect(await signWithUploadKey(other, 'text')).toBe(first)

  pass(1)
  const second = await signWithUploadKey(other, 'text')
  expect(second).not.toBe(first)
  expect(await signWithUploadKey(one, 'text')).toBe(second)
  for (const node of [one, other]) {
    expect(await verifyUploadSignature(node, 'text', first)).toBe(true)
    expect(await verifyUploadSignature(node, 'text', second)).toBe(true)
    expect(await verifyUploadSignature(node, 'other text', second)).toBe(false)
  }
  pass(URL_LIFE_MS + 1)
  expect(await verifyUploadSignature(one, 'text', first)).toBe(false)
  expect(await verifyUploadSignature(one, 'text', second)).toBe(true)
})

it('nodes that replace the key at the same time end with the same one, and keep few', async () => {
  const { one, other, pass } = await openNodes()
  for (let day = 0; day < 5; day += 1) {
    const signatures = await Promise.all([one, other, one, other].map((node) => signWithUploadKey(node, 'text')))
    expect(new Set(signatures).size).toBe(1)
    pass(DAY_MS)
  }
  const row = await one.db.read.selectFrom('server_state').select('value').where('name', '=', 'upload-keys').execute()
  expect(JSON.parse(row[0]?.value ?? '[]').length).toBeLessThanOrEqual(2)
})

it('URLs that were signed before keys were replaced are good until they expire', async () => {
  const { one } = await openNodes()
  const { sign } = await import('../../src/domain/secret.js')
  const before = sign(one.signingKey, 'text')
  await signWithUploadKey(one, 'text')
  expect(await verifyUploadSignature(one, 'text', before)).toBe(true)
})

const fast = useOwnServer({ env: { RECOLLECT_UPLOAD_KEY_SECONDS: '1' } })

it('an upload URL is good after the key was replaced', async () => {
  const api = createApi(fast.server())
  const store = await createStore(api)
  const create = async () => {
    const { body } = await api('POST', `/v1/Stores/${store}/Profiles/Imports`, {
      filename: 'people.csv',
      fileSize: 100,
      columnMappings: [
        { columnName: 'mail', traitGroup: 'Contact', traitName: 'email' },
        { columnName: 'name', traitGroup: 'Contact', traitName: 'firstName' },
      ],
    })
    return String(body.url)
  }
  const first = await create()
  await sleep(1100)
  const second = await create()
  for (const url of [first, second]) {
    const answer = await fetch(url, { method: 'PUT', body: 'mail,name\nsomebody@example.com,Some\n' })
    expect(answer.status, await answer.text()).toBe(200)
  }
})
