import { describe, expect, it } from 'vitest'
import { createStore, eventually, uploadCsv } from '../support/api.js'
import { expectRefusal } from '../support/refusal.js'
import { useOwnServer } from '../support/use-server.js'

const { api, strangerApi } = useOwnServer({ env: { RECOLLECT_JOB_CONCURRENCY: '1' } })

const UNKNOWN_JOB = 'mem_job_00000000000000000000000000'

/** A store with an import that takes a while and one that waits behind it; and what ends the first. */
async function fillQueue(): Promise<{ store: string; cancel: () => Promise<unknown> }> {
  const store = await createStore(api)
  const rows = Array.from({ length: 60_000 }, (_, row) => `j${row}@example.com,${row}`)
  const mappings = { email: 'Contact.email', name: 'Contact.firstName' }
  const first = await uploadCsv(api, store, `email,name\n${rows.join('\n')}\n`, mappings)
  await uploadCsv(api, store, 'email,name\na@example.com,A\n', mappings)
  const cancel = () => api('POST', `/recollect/v1/Stores/${store}/Profiles/Imports/${first}/Cancel`)
  return { store, cancel }
}

describe('ListJobs', () => {
  it('lists what waits and runs, newest first, of this account alone, and forgets what is done', async () => {
    const { store, cancel } = await fillQueue()
    const { body } = await eventually(
      () => api('GET', '/recollect/v1/Jobs'),
      ({ body }) => body.jobs[1]?.status === 'RUNNING',
    )
    expect(body.jobs).toMatchObject([
      { storeId: store, kind: 'import', status: 'QUEUED', attempts: 0 },
      { storeId: store, kind: 'import', status: 'RUNNING', attempts: 1 },
    ])
    expect(body.jobs[0]).not.toHaveProperty('payload')
    const first = (await api('GET', '/recollect/v1/Jobs?pageSize=1')).body
    const second = (await api('GET', `/recollect/v1/Jobs?pageSize=1&pageToken=${first.meta.nextToken}`)).body
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual(body.jobs.map(({ id }: { id: string }) => id))
    expect((await strangerApi('GET', '/recollect/v1/Jobs')).body.jobs).toEqual([])

    const [waiting, running] = body.jobs
    expectRefusal(await api('POST', `/recollect/v1/Jobs/${running.id}/Retry`), 409, 20409)
    expectRefusal(await strangerApi('POST', `/recollect/v1/Jobs/${waiting.id}/Retry`), 404, 20404)
    expect((await api('POST', `/recollect/v1/Jobs/${waiting.id}/Retry`)).status).toBe(202)
    await cancel()
    await eventually(
      () => api('GET', '/recollect/v1/Jobs'),
      (answer) => answer.body.jobs.length === 0,
    )
  })
})

describe('RetryJob', () => {
  it('answers 404 for a job that is not there, and 400 for what is no id', async () => {
    expectRefusal(await api('POST', `/recollect/v1/Jobs/${UNKNOWN_JOB}/Retry`), 404, 20404)
    expectRefusal(await api('POST', '/recollect/v1/Jobs/nope/Retry'), 400, undefined, 'jobId')
  })
})
