import { describe, expect, it } from 'vitest'
import { type Answer, type Api, createApi, createStore, eventually, importEnd, uploadCsv } from '../../support/api.js'
import { listProfileIds, lookup } from '../../support/profile.js'
import { findContradictions } from '../database.js'
import { createFaultyDisk, type Fault, type FaultyDisk, mayInject } from './faulty-disk.js'

const WRITERS = 8

/** E-mail addresses of creates by how they were answered. */
interface Outcome {
  readonly stored: string[]
  readonly refused: string[]
}

async function create(api: Api, store: string, email: string, outcome: Outcome): Promise<Answer> {
  const traits = { Contact: { email, city: 'Long enough to fill a log soon. '.repeat(30) } }
  const answer = await api('POST', `/v1/Stores/${store}/Profiles`, { traits })
  if (answer.status === 202) outcome.stored.push(email)
  else {
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 503, code: 20503 })
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    outcome.refused.push(email)
  }
  return answer
}

async function writeSome(api: Api, store: string, name: string, count: number, outcome: Outcome): Promise<void> {
  const write = async (writer: number) => {
    for (let index = 0; index < count; index += 1) {
      await create(api, store, `${name}-${writer}-${index}@example.com`, outcome)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))
}

async function expectExactly(api: Api, store: string, { stored, refused }: Outcome): Promise<void> {
  for (const email of refused)
    expect({ email, owners: await lookup(api, store, 'email', email) }).toEqual({ email, owners: [] })
  await expectStored(api, store, stored)
  expect(await listProfileIds(api, store)).toHaveLength(stored.length)
}

async function expectStored(api: Api, store: string, stored: readonly string[]): Promise<void> {
  const missing: string[] = []
  for (const email of stored) if ((await lookup(api, store, 'email', email)).length !== 1) missing.push(email)
  expect(missing).toEqual([])
}

/** A served disk with a store, and writes that went well. */
async function openDisk() {
  const disk = await createFaultyDisk()
  const server = await disk.start()
  const api = createApi(server)
  const store = await createStore(api)
  const outcome: Outcome = { stored: [], refused: [] }
  await writeSome(api, store, 'before', 3, outcome)
  return { disk, server, api, store, outcome }
}

async function goOn(disk: FaultyDisk, api: Api, store: string, outcome: Outcome): Promise<void> {
  await disk.mend()
  await eventually(
    () => create(api, store, `mended-${outcome.refused.length}@example.com`, outcome),
    ({ status }) => status === 202,
  )
}

const LOG_FAULTS: readonly Fault[] = [
  { call: 'sync', files: '-wal', error: 'EIO' },
  { call: 'sync', files: '-wal', error: 'EIO', times: 1 },
  { call: 'sync', files: '-wal', error: 'ENOSPC' },
  { call: 'write', files: '-wal', error: 'EIO' },
  { call: 'write', files: '-wal', error: 'ENOSPC' },
]

describe.runIf(await mayInject())('a disk that fails', () => {
  it.each(LOG_FAULTS)(
    '$call of the log, $error ($times times): what was not synced is refused and stays away',
    async (fault) => {
      const { disk, server, api, store, outcome } = await openDisk()
      await disk.fail(fault)
      await writeSome(api, store, 'during', 3, outcome)
      expect(outcome.refused.length).toBeGreaterThan(0)
      expect((await api('GET', `/v1/Stores/${store}/Profiles`)).status).toBe(200)
      await expectExactly(api, store, outcome)

      // The log still holds what was written and not synced; the next process must not take it for committed.
      await server.kill('SIGKILL')
      await disk.mend()
      const again = createApi(await disk.start())
      await expectExactly(again, store, outcome)
      await writeSome(again, store, 'after', 3, outcome)
      await expectExactly(again, store, outcome)
    },
  )

  it('goes on without a restart once the log can be synced again, and a power cut then loses nothing', async () => {
    const { disk, server, api, store, outcome } = await openDisk()
    for (const fault of LOG_FAULTS) {
      await disk.fail(fault)
      await writeSome(api, store, `during-${outcome.refused.length}`, 2, outcome)
      await goOn(disk, api, store, outcome)
      await writeSome(api, store, `between-${outcome.refused.length}`, 2, outcome)
    }
    await expectExactly(api, store, outcome)
    await server.kill('SIGKILL')
    expect(await findContradictions(disk.dataDir)).toEqual({})
    const copy = await disk.afterPowerCut()
    await expectExactly(createApi(await copy.start()), store, outcome)
  })

  it('what a process after a failed sync acknowledges outlives a power cut, though the log was never written', async () => {
    const { disk, server, api, store, outcome } = await openDisk()
    await disk.fail({ call: 'sync', files: '-wal', error: 'EIO' })
    await writeSome(api, store, 'during', 2, outcome)
    await server.kill('SIGKILL')
    await disk.mend()
    const next = await disk.start()
    await writeSome(createApi(next), store, 'next', 3, outcome)
    await next.kill('SIGKILL')
    const copy = await disk.afterPowerCut()
    await expectStored(createApi(await copy.start()), store, outcome.stored)
    expect(await findContradictions(copy.dataDir)).toEqual({})
  })

  it('a database that cannot be synced ends the process; a power cut then loses nothing', async () => {
    const { disk, server, api, store, outcome } = await openDisk()
    const ended = new Promise((resolve) => server.process.once('exit', (_, signal) => resolve(signal)))
    await disk.fail({ call: 'write', files: 'recollect.db', error: 'EIO' })
    await writeSome(api, store, 'unwritable', 120, outcome)
    expect(outcome.refused).toEqual([])
    await disk.fail({ call: 'sync', files: 'recollect.db', error: 'EIO' })
    const writing = writeSome(api, store, 'unsynced', 10_000, outcome).catch((error: Error) => error)
    expect(await ended).toBe('SIGKILL')
    expect(await writing).toBeInstanceOf(TypeError)
    expect(server.logLines.join('\n')).toMatch(/cannot be synced/)

    await disk.mend()
    const next = await disk.start()
    await expectStored(createApi(next), store, outcome.stored)
    await writeSome(createApi(next), store, 'mended', 60, outcome)
    await next.kill('SIGKILL')
    const copy = await disk.afterPowerCut()
    expect(await findContradictions(copy.dataDir)).toEqual({})
    await expectStored(createApi(await copy.start()), store, outcome.stored)
  })

  it('a database that cannot be synced ends the process also when its log is only cut back', async () => {
    const { disk, server, api, store, outcome } = await openDisk()
    const ended = new Promise((resolve) => server.process.once('exit', (_, signal) => resolve(signal)))
    await disk.fail({ call: 'sync', files: 'recollect.db', error: 'EIO' })
    await writeSome(api, store, 'last', 1, outcome)
    expect(await ended).toBe('SIGKILL')
    await disk.mend()
    await expectExactly(createApi(await disk.start()), store, outcome)
  })

  it('a server does not start on a log that it cannot bring into the database', async () => {
    const { disk, server, store, outcome } = await openDisk()
    await server.kill('SIGKILL')
    await disk.fail({ call: 'sync', files: 'recollect.db', error: 'EIO' })
    const failure = await disk.start().catch((error: Error) => error.message)
    expect(failure).toMatch(/ended with code 69/)
    expect(failure).toMatch(/disk I\/O error/)
    await disk.mend()
    await expectExactly(createApi(await disk.start()), store, outcome)
  })

  it('an upload that cannot be synced is refused, and its import waits for another', async () => {
    const { disk, api, store } = await openDisk()
    const csv = 'mail,name\nuploaded@example.com,Ann\n'
    const mappings = { mail: 'Contact.email', name: 'Contact.firstName' }
    await disk.fail({ call: 'sync', files: '.partial', error: 'EIO' })
    await expect(uploadCsv(api, store, csv, mappings)).rejects.toThrow(/20503/)
    expect(await lookup(api, store, 'email', 'uploaded@example.com')).toEqual([])
    await disk.mend()
    const id = await uploadCsv(api, store, csv, mappings)
    expect((await importEnd(api, store, id)).body.status).toBe('COMPLETED')
    expect(await lookup(api, store, 'email', 'uploaded@example.com')).toHaveLength(1)
  })
})
