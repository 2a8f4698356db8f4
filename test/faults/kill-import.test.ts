import { expect, it } from 'vitest'
import { type Api, createApi, createStore, eventually, importEnd, uploadCsv } from '../support/api.js'
import { listProfileIds, lookup } from '../support/profile.js'
import { findContradictions } from './database.js'
import { createRestartable, randomBetween } from './restart.js'

const ROWS = 100_000
/** Every tenth row is about the person five rows before, with another phone number. */
const REPEATED_EVERY = 10
const REPEATED_BEFORE = 5
/** Rows in which nothing identifies anybody. */
const UNIDENTIFIED = new Set([17, 501, 40_000, 77_777, 99_999])
const SAMPLE = 300
/** Rows done at which the server is killed. */
const KILLS = [10_000, 45_000, 80_000]

const MAPPINGS = { mail: 'Contact.email', phone: 'Contact.phone', name: 'Contact.firstName', town: 'Contact.city' }

it(`an import of ${ROWS} rows that is killed three times ends COMPLETED with exactly the right profiles`, async () => {
  const folder = await createRestartable()
  let server = await folder.start()
  let api = createApi(server)
  const store = await createStore(api)
  const id = await uploadCsv(api, store, createCsv(), MAPPINGS)

  for (const rows of KILLS) {
    const before = await rowsDone(api, store, id)
    const killed = await eventually(
      () => rowsDone(api, store, id),
      (done) => done >= rows + randomBetween(0, 2000),
      120_000,
    )
    expect(killed).toBeGreaterThan(before)
    expect(killed).toBeLessThan(ROWS)
    await server.kill('SIGKILL')
    expect(await findContradictions(folder.dataDir)).toEqual({})
    server = await folder.start()
    api = createApi(server)
    // What was committed is not done again.
    expect(await rowsDone(api, store, id)).toBeGreaterThanOrEqual(killed)
  }

  const { body } = await importEnd(api, store, id, 120_000)
  expect(body).toMatchObject({ status: 'COMPLETED', summary: { errors: UNIDENTIFIED.size, warnings: 0 } })
  expect(await rowsDone(api, store, id)).toBe(ROWS)
  await checkReport(api, store, id)
  await checkProfiles(api, store)
  expect(await server.kill('SIGTERM')).toBe(0)
  expect(await findContradictions(folder.dataDir)).toEqual({})
})

function isRepeated(row: number): boolean {
  return row % REPEATED_EVERY === 0
}

function createCsv(): string {
  const lines = ['mail,phone,name,town,unmapped']
  for (let row = 1; row <= ROWS; row += 1) {
    if (UNIDENTIFIED.has(row)) lines.push(`,,Nobody ${row},,x`)
    else lines.push([mailOf(row), phoneOf(row), `"Name, ${row}"`, isRepeated(row) ? 'Later' : 'Once', 'x'].join(','))
  }
  return `${lines.join('\n')}\n`
}

function mailOf(row: number): string {
  return `row-${isRepeated(row) ? row - REPEATED_BEFORE : row}@example.com`
}

/** Every row has a valid number of its own. */
function phoneOf(row: number): string {
  return `+1317${2_000_000 + row}`
}

async function rowsDone(api: Api, store: string, id: string): Promise<number> {
  const { body } = await api('GET', `/recollect/v1/Stores/${store}/Profiles/Imports/${id}`)
  return body.rowsDone
}

async function checkReport(api: Api, store: string, id: string): Promise<void> {
  const { body } = await api('GET', `/recollect/v1/Stores/${store}/Profiles/Imports/${id}/Errors`)
  const rows = String(body)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[0]))
  expect(rows).toEqual([...UNIDENTIFIED])
}

async function checkProfiles(api: Api, store: string): Promise<void> {
  const repeated = Array.from({ length: ROWS / REPEATED_EVERY }, (_, index) => (index + 1) * REPEATED_EVERY)
  // A repeated row that identifies nobody makes no profile, and neither does one that repeats another.
  const people = ROWS - new Set([...repeated, ...UNIDENTIFIED]).size
  const ids = await listProfileIds(api, store)
  expect(ids).toHaveLength(people)
  expect(new Set(ids).size).toBe(people)
  for (let index = 0; index < SAMPLE; index += 1) await checkRow(api, store, randomBetween(1, ROWS))
}

async function checkRow(api: Api, store: string, row: number): Promise<void> {
  if (UNIDENTIFIED.has(row)) return
  const [id, ...others] = await lookup(api, store, 'email', mailOf(row))
  expect({ row, others }).toEqual({ row, others: [] })
  expect(await lookup(api, store, 'phone', phoneOf(row))).toEqual([id])
  const last = lastRowOf(row)
  const { body } = await api('GET', `/v1/Stores/${store}/Profiles/${id}`)
  expect({ row, traits: body.traits }).toEqual({
    row,
    traits: {
      Contact: {
        email: mailOf(row),
        phone: phoneOf(last),
        firstName: `Name, ${last}`,
        city: isRepeated(last) ? 'Later' : 'Once',
      },
    },
  })
}

/** The last row about the same person. */
function lastRowOf(row: number): number {
  const later = row + REPEATED_BEFORE
  return isRepeated(later) && !UNIDENTIFIED.has(later) && later <= ROWS ? later : row
}
